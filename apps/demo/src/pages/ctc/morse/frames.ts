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
/** Samples of a stretch in which pitches are told apart. */
const STRETCH = 256;

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
  const width = Math.min(STRETCH, Math.round(OVERLAP * hop)); // longer, and it would hear no pitch between two bins
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
  const transform = new FourierTransform(STRETCH);
  const sums = new Float64Array(STRETCH / 2 + 1);
  for (let begin = 0; begin < signal.length; begin += STRETCH) {
    const stretch = new Float64Array(STRETCH);
    stretch.set(signal.subarray(begin, begin + STRETCH));
    const { re, im } = transform.real(stretch);
    for (let bin = 0; bin < sums.length; bin++)
      sums[bin] = (sums[bin] ?? 0) + (re[bin] ?? 0) ** 2 + (im[bin] ?? 0) ** 2;
  }
  const [low, high] = [TONES.low, TONES.high].map((hertz) => (hertz * STRETCH) / sampleRate) as [number, number];
  let best = Math.ceil(low);
  for (let bin = best; bin <= Math.min(high, STRETCH / 2); bin++) if ((sums[bin] ?? 0) > (sums[best] ?? 0)) best = bin;
  return (best * sampleRate) / STRETCH;
}
