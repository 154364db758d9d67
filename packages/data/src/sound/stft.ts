import { excerpt, expectList, expectOneOf, expectOptions, expectWhole, expectWithin } from "../checks";
import { SignalError } from "../errors";
import type { ShapedArray } from "../sequences/encode";
import { FourierTransform } from "./fourier";
import { SOUND_OPTIONS } from "./options";
import { type WindowName, windowOf } from "./windows";

/** How a signal is cut into frames, and what weights each. */
export interface FrameOptions {
  /** n, the samples that are transformed; a whole number of at least 1, fastest for powers of two. */
  fftSize: number;
  /** Samples from the start of one frame to that of the next; a quarter of `fftSize` when absent. */
  hop?: number;
  /** Samples under the window, which lies in the middle of the frame; `fftSize` when absent. */
  windowLength?: number;
  /** "hann" when absent; weights of one's own are as many as `windowLength`, or tell it. */
  window?: WindowName | ArrayLike<number>;
  /**
   * Whether frame t has sample t·hop in its middle: the signal is then continued by `fftSize`/2 samples at both ends.
   * True when absent, as in librosa and torchaudio; without, frame t starts at sample t·hop.
   */
  center?: boolean;
  /** How the signal is continued: by its mirror image, or by zeros. "reflect" when absent. */
  padding?: "reflect" | "zero";
}

/** Frames beside each other: real and imaginary parts, [T, F] with F = ⌊n/2⌋ + 1 bins; bin k is k·sampleRate/n hertz. */
export interface Stft {
  re: Float64Array<ArrayBuffer>;
  im: Float64Array<ArrayBuffer>;
  shape: [frames: number, bins: number];
}

/**
 * The short-time Fourier transform: of each frame, weighted by the window,
 *   X_{t,k} = Σ_j w_j·x_{t·hop+j}·e^(−2πi·jk/n)
 *
 * @param signal samples; centred, T = ⌊L/hop⌋ + 1 frames, else ⌊(L − n)/hop⌋ + 1
 * @throws SignalError if an option is out of range, or the signal is shorter than one frame
 */
export function stft(signal: ArrayLike<number>, options: FrameOptions): Stft {
  expectOptions(SignalError, "stft", options, SOUND_OPTIONS);
  expectList(SignalError, "stft", { signal });
  const bins = Math.floor(options.fftSize / 2) + 1;
  const count = frameCount("stft", signal.length, options);
  const [re, im] = [new Float64Array(count * bins), new Float64Array(count * bins)];
  eachFrame("stft", signal, options, (frame, index) => {
    re.set(frame.re, index * bins);
    im.set(frame.im, index * bins);
  });
  return { re, im, shape: [count, bins] };
}

/**
 * |X_{t,k}|^power: the energy of each bin in each frame for a power of 2, the magnitude for 1.
 *
 * @param options.power above 0; 2 when absent
 * @returns [T, F]
 * @throws SignalError as `stft`
 */
export function spectrogram(
  signal: ArrayLike<number>,
  options: FrameOptions & { power?: number },
): ShapedArray<Float64Array<ArrayBuffer>> {
  expectOptions(SignalError, "spectrogram", options, [...SOUND_OPTIONS, "power"]);
  return energiesOf("spectrogram", signal, options);
}

/** The same of options that were checked, among others. */
export function energiesOf(
  where: string,
  signal: ArrayLike<number>,
  { power = 2, ...options }: FrameOptions & { power?: number },
): ShapedArray<Float64Array<ArrayBuffer>> {
  expectList(SignalError, where, { signal });
  expectWithin(SignalError, where, { power }, { least: Number.MIN_VALUE });
  const bins = Math.floor(options.fftSize / 2) + 1;
  const count = frameCount(where, signal.length, options);
  const data = new Float64Array(count * bins);
  eachFrame(where, signal, options, ({ re, im }, index) => {
    for (let k = 0; k < bins; k++) {
      const energy = (re[k] ?? 0) ** 2 + (im[k] ?? 0) ** 2;
      data[index * bins + k] = power === 2 ? energy : energy ** (power / 2);
    }
  });
  return { data, shape: [count, bins] };
}

/** T, the frames that a signal of this length gives. @throws SignalError as `stft` */
function frameCount(where: string, length: number, options: FrameOptions): number {
  const { fftSize, hop = Math.max(1, Math.floor(fftSize / 4)), center = true, padding = "reflect" } = options;
  expectWhole(SignalError, where, { fftSize, hop });
  expectOneOf(SignalError, where, { padding }, ["reflect", "zero"]);
  const least = center ? (padding === "reflect" ? Math.floor(fftSize / 2) + 1 : 1) : fftSize;
  if (length < least) {
    throw new SignalError({
      where,
      expected: `a signal of at least ${least} samples`,
      actual: String(length),
      remedy: 'Fill it up with zeros, or pass { padding: "zero" } with center.',
    });
  }
  return Math.floor((center ? length + 2 * Math.floor(fftSize / 2) - fftSize : length - fftSize) / hop) + 1;
}

type Frame = { re: Float64Array; im: Float64Array };

function eachFrame(
  where: string,
  signal: ArrayLike<number>,
  options: FrameOptions,
  take: (frame: Frame, index: number) => void,
): void {
  const { fftSize, hop = Math.max(1, Math.floor(fftSize / 4)), center = true, padding = "reflect" } = options;
  const window = frameWindow(where, options);
  const transform = new FourierTransform(fftSize);
  const frame = new Float64Array(fftSize);
  const count = frameCount(where, signal.length, options);
  for (let index = 0; index < count; index++) {
    const start = index * hop - (center ? Math.floor(fftSize / 2) : 0);
    for (let at = 0; at < fftSize; at++) frame[at] = sampleAt(where, signal, start + at, padding) * (window[at] ?? 0);
    take(transform.real(frame), index);
  }
}

/** The signal, continued beyond its ends: reflected about its first and last sample, which do not come twice. */
function sampleAt(where: string, signal: ArrayLike<number>, at: number, padding: "reflect" | "zero"): number {
  const last = signal.length - 1;
  const inside = at >= 0 && at <= last ? at : padding === "zero" ? -1 : at < 0 ? -at : 2 * last - at;
  const sample = inside < 0 ? 0 : (signal[inside] ?? Number.NaN);
  if (Number.isFinite(sample)) return sample;
  throw new SignalError({
    where,
    expected: "a signal of finite numbers",
    actual: `${sample} at sample ${inside}`,
    remedy: "Replace or leave out such samples first.",
  });
}

/** The weights of a frame: the window in its middle, zeros around it. */
function frameWindow(where: string, { fftSize, windowLength, window = "hann" }: FrameOptions): Float64Array {
  const length = windowLength ?? (typeof window === "string" ? fftSize : window.length);
  expectWhole(SignalError, where, { windowLength: length }, { most: fftSize });
  if (typeof window !== "string" && window.length !== length) {
    throw new SignalError({
      where,
      expected: `a window of windowLength, ${length}, weights`,
      actual: `${window.length}: ${excerpt(Array.from(window).slice(0, 4))}`,
      remedy: "Leave windowLength out where the window is given by its weights.",
    });
  }
  const own = typeof window === "string" ? windowOf(window, length) : Array.from(window);
  const bad = own.findIndex((weight) => !Number.isFinite(weight));
  if (bad >= 0) {
    throw new SignalError({
      where,
      expected: "a window of finite numbers",
      actual: `${own[bad]} as weight ${bad}`,
      remedy: "Make the weights anew, or name a window.",
    });
  }
  const weights = new Float64Array(fftSize);
  weights.set(own, Math.floor((fftSize - length) / 2));
  return weights;
}
