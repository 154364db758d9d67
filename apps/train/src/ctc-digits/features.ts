import { type Features, logMel, normalizeFeatures, type Random } from "@unroll/data";
import { SAMPLE_RATE } from "./recording";

/** Mel bands of a frame. */
export const BANDS = 32;
/** 25 ms under the window, a frame each 10 ms. */
const FRAMES = { fftSize: 256, windowLength: 200, hop: 80, padding: "zero" } as const;
/** What is heard: telephone band, so that a frequency axis that is stretched still has it all. */
const RANGE = { low: 80, high: 3500 } as const;
/** Energy at which silence begins, of a signal whose root mean square is 1: 50 dB below it. */
const FLOOR = 1e-5;

/**
 * Log-mel energies of a signal, each band with mean 0 and deviation 1 over the frames, so that neither loudness nor the
 * colour of a microphone or a voice matters.
 * @param stretch by how much all frequencies are taken for higher than they are: voices of other lengths (Jaitly & Hinton
 *   2013); 1 when absent
 * @returns [T, 32]
 */
export function featuresOf(signal: Float32Array, stretch = 1): Features {
  const power = signal.reduce((sum, sample) => sum + sample * sample, 0) / signal.length;
  const gain = power > 0 ? 1 / Math.sqrt(power) : 1;
  return normalizeFeatures(
    logMel(
      signal.map((sample) => gain * sample),
      {
        ...FRAMES,
        ...RANGE,
        bands: BANDS,
        sampleRate: stretch * SAMPLE_RATE,
        norm: "peak",
        floor: FLOOR * FRAMES.windowLength,
      },
    ),
  );
}

/** Stretches at random, and hides two stretches of bands and some of frames (SpecAugment, Park et al. 2019). */
export function variedFeaturesOf(signal: Float32Array, random: Random): Features {
  const features = featuresOf(signal, 0.9 + 0.22 * random.uniform());
  const { data, shape } = features;
  const [frames = 0] = shape;
  for (let mask = 0; mask < 2; mask++) {
    const width = random.below(6);
    const from = random.below(BANDS - width);
    for (let t = 0; t < frames; t++) data.fill(0, t * BANDS + from, t * BANDS + from + width);
  }
  for (let mask = 0; mask < frames / 60; mask++) {
    const width = random.below(9);
    const from = random.below(Math.max(1, frames - width));
    data.fill(0, from * BANDS, Math.min(frames, from + width) * BANDS);
  }
  return features;
}
