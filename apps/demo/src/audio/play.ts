import { audioContext } from "./context";

/** A sound that plays. */
export interface Playing {
  /** Seconds since its begin; below 0 before. */
  elapsed(): number;
  stop(): void;
  /** When it is over, or was stopped. */
  readonly ended: Promise<void>;
}

/** Plays samples from −1 to 1. @throws AudioError if there is no sound to be had */
export async function playSamples(signal: Float32Array<ArrayBuffer>, sampleRate: number): Promise<Playing> {
  const context = await audioContext();
  const buffer = context.createBuffer(1, Math.max(1, signal.length), sampleRate);
  buffer.copyToChannel(signal, 0);
  const source = context.createBufferSource();
  source.buffer = buffer;
  source.connect(context.destination);
  const begin = context.currentTime;
  const ended = new Promise<void>((resolve) => {
    source.onended = () => resolve();
  });
  source.start();
  return { elapsed: () => context.currentTime - begin, stop: () => source.stop(), ended };
}

/** A note of a tune. */
export interface PlayedNote {
  /** MIDI number: 69 is the A of 440 hertz. */
  readonly pitch: number;
  /** Seconds from the begin of the tune. */
  readonly start: number;
  readonly end: number;
  /** From 0 to 1. */
  readonly loudness: number;
}

/** Time for the notes to be laid out before the first sounds. */
const AHEAD = 0.08;

/** Plays notes, each a triangle wave that is struck and fades. @throws AudioError if there is no sound to be had */
export async function playNotes(notes: readonly PlayedNote[]): Promise<Playing> {
  const context = await audioContext();
  const begin = context.currentTime + AHEAD;
  const all = context.createGain();
  all.connect(context.destination);
  let last: OscillatorNode | undefined;
  const length = notes.reduce((most, { end }) => Math.max(most, end), 0);
  for (const { pitch, start, end, loudness } of notes) {
    const oscillator = new OscillatorNode(context, { type: "triangle", frequency: 440 * 2 ** ((pitch - 69) / 12) });
    const envelope = new GainNode(context, { gain: 0 });
    envelope.gain.setValueAtTime(0, begin + start);
    envelope.gain.linearRampToValueAtTime(loudness, begin + start + 0.01);
    envelope.gain.setTargetAtTime(0.35 * loudness, begin + start + 0.01, 0.25);
    envelope.gain.setTargetAtTime(0, begin + end - 0.03, 0.03);
    oscillator.connect(envelope).connect(all);
    oscillator.start(begin + start);
    oscillator.stop(begin + end + 0.2);
    if (end === length) last = oscillator;
  }
  const ended = new Promise<void>((resolve) => {
    if (last) last.onended = () => resolve();
    else resolve();
  });
  return { elapsed: () => context.currentTime - begin, stop: () => silence(context, all), ended };
}

/** Fades out what still sounds, without a click. */
function silence(context: AudioContext, gain: GainNode): void {
  gain.gain.setTargetAtTime(0, context.currentTime, 0.02);
  setTimeout(() => gain.disconnect(), 200);
}
