import { AudioError } from "./errors";

/** Samples a second of a recording. */
export const RECORDING_RATE = 8000;

/**
 * Records until `stop` is aborted, or for so many seconds. Nothing of it leaves the page.
 * @param onBegin is called when the microphone listens
 * @returns one channel, 8000 samples a second
 * @throws AudioError if there is no microphone, or it may not be used
 */
export async function record(
  seconds: number,
  { stop, onBegin }: { readonly stop: AbortSignal; readonly onBegin: () => void },
): Promise<Float32Array> {
  const stream = await openMicrophone();
  try {
    const recorder = new MediaRecorder(stream);
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const ended = new Promise<void>((resolve) => {
      recorder.onstop = () => resolve();
    });
    const end = () => {
      if (recorder.state !== "inactive") recorder.stop();
    };
    recorder.start();
    onBegin();
    const timer = setTimeout(end, 1000 * seconds);
    stop.addEventListener("abort", end);
    if (stop.aborted) end();
    await ended;
    clearTimeout(timer);
    return await decoded(new Blob(parts));
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}

async function decoded(recording: Blob): Promise<Float32Array> {
  const context = new OfflineAudioContext(1, 1, RECORDING_RATE);
  try {
    return (await context.decodeAudioData(await recording.arrayBuffer())).getChannelData(0);
  } catch (cause) {
    throw new AudioError(
      "Nothing was recorded. Listen for a second or longer, and see that the microphone is not muted.",
      {
        cause,
      },
    );
  }
}

async function openMicrophone(): Promise<MediaStream> {
  // absent where a page is neither local nor came over https
  const devices: MediaDevices | undefined = navigator.mediaDevices;
  if (!devices?.getUserMedia || typeof MediaRecorder === "undefined") {
    throw new AudioError(
      "This page may not hear a microphone. Open it over https, or from this machine, in a current browser.",
    );
  }
  try {
    return await devices.getUserMedia({ audio: { echoCancellation: false, noiseSuppression: false } });
  } catch (cause) {
    const name = cause instanceof DOMException ? cause.name : "";
    throw new AudioError(WORDS[name] ?? `The microphone could not be opened (${String(cause)}). ${OTHERWISE}`, {
      cause,
    });
  }
}

const OTHERWISE = "Type a text or press the key instead.";

const WORDS: Readonly<Record<string, string>> = {
  NotAllowedError: `The microphone was not allowed. Allow it beside the address of the page and press again. ${OTHERWISE}`,
  NotFoundError: `No microphone was found. Connect one and press again. ${OTHERWISE}`,
  NotReadableError: `The microphone is in use by another program. Close that and press again. ${OTHERWISE}`,
};
