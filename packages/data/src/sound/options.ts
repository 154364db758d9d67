/** Names of the options of frames and of mel filters: one record may say how a sound is read to all that read it. */
// biome-ignore format: a list of words
export const SOUND_OPTIONS = ["fftSize", "hop", "windowLength", "window", "center", "padding", "sampleRate", "bands", "low", "high", "scale", "norm", "corners"];
