import { FourierTransform } from "@unroll/data";

/** Frames to a dot, each of which a little more than a frame's time is listened to. */
export const FRAMES_PER_DOT = 2;
const OVERLAP = 1.5;
/** Where tones are looked for, in hertz. */
const TONES = { low: 250, high: 3000 } as const;
/** Further below the loudest than this, in nepers of energy, all is silence. */
const DEPTH = 8;
/** What a frame is in which nothing sounds. */
export const SILENCE = -1;
/** How long a stretch is in which pitches are told apart, in seconds: those that are 8 hertz apart. */
const STRETCH = 0.128;

/** A signal at some samples a second, in which a dot lasts so many seconds. */
export interface Sound {
  readonly signal: Float32Array;
  readonly sampleRate: number;
  readonly dot: number;
}

/**
 * How loud the tone is that sounds most, frame by frame: from −1, silence, to 1, the loudest that there is. So neither the
 * sender's pitch nor speed nor distance matters.
 *   x_t = 1 + 2·max(ln(E_t / max E), −8)/8,   E_t = |Σ_k w_k·s_{t·hop+k}·e^(−2πi·pitch·k/rate)|²
 */
export function framesOf({ signal, sampleRate, dot }: Sound): Float32Array<ArrayBuffer> {
  const hop = (dot * sampleRate) / FRAMES_PER_DOT;
  // longer, and it would hear no pitch between two that are told apart
  const width = Math.round(Math.min(OVERLAP * hop, STRETCH * sampleRate));
  const pitch = pitchOf(signal, sampleRate);
  const [cos, sin] = [Math.cos, Math.sin].map((wave) =>
    Float64Array.from({ length: width }, (_, k) => {
      const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * (k + 0.5)) / width);
      return window * wave((2 * Math.PI * pitch * k) / sampleRate);
    }),
  ) as [Float64Array, Float64Array];
  const energies = new Float32Array(Math.floor(signal.length / hop));
  for (let t = 0; t < energies.length; t++) {
    const begin = Math.round(hop * (t + 0.5) - width / 2);
    let [re, im] = [0, 0];
    for (let k = 0; k < width; k++) {
      const sample = signal[begin + k] ?? 0;
      re += sample * (cos[k] as number);
      im += sample * (sin[k] as number);
    }
    energies[t] = Math.log(re * re + im * im + 1e-12);
  }
  const loudest = energies.reduce((most, energy) => Math.max(most, energy), -20);
  return energies.map((energy) => 1 + (2 * Math.max(energy - loudest, -DEPTH)) / DEPTH);
}

/** Hertz of the tone that sounds most, all stretches of a signal together. */
function pitchOf(signal: Float32Array, sampleRate: number): number {
  const size = 2 ** Math.round(Math.log2(STRETCH * sampleRate));
  const transform = new FourierTransform(size);
  const sums = new Float64Array(size / 2 + 1);
  for (let begin = 0; begin < signal.length; begin += size) {
    const stretch = new Float64Array(size);
    stretch.set(signal.subarray(begin, begin + size));
    const { re, im } = transform.real(stretch);
    for (let bin = 0; bin < sums.length; bin++) {
      sums[bin] = (sums[bin] ?? 0) + (re[bin] ?? 0) ** 2 + (im[bin] ?? 0) ** 2;
    }
  }
  let best = Math.ceil((TONES.low * size) / sampleRate);
  const last = Math.min((TONES.high * size) / sampleRate, size / 2);
  for (let bin = best; bin <= last; bin++) if ((sums[bin] ?? 0) > (sums[best] ?? 0)) best = bin;
  return (best * sampleRate) / size;
}
