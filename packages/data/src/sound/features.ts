import {
  expectList,
  expectOneOf,
  expectOptions,
  expectWhole,
  expectWithin,
  isList,
  kindOf,
  remedyFor,
} from "../checks";
import { SignalError } from "../errors";
import type { ShapedArray } from "../sequences/encode";
import { type MelOptions, melFilters } from "./mel";
import { SOUND_OPTIONS } from "./options";
import { energiesOf, type FrameOptions } from "./stft";

/** How `logMel` makes frames, filters and logarithms. */
export interface LogMelOptions extends FrameOptions, Omit<MelOptions, "fftSize"> {
  /** 2 for energies, 1 for magnitudes; 2 when absent. */
  power?: number;
  /**
   * `"natural"`: ln max(x, floor). `"decibels"`: 10·log₁₀ max(x, floor), and nothing further than `range` below the
   * largest. "natural" when absent.
   */
  log?: "natural" | "decibels";
  /** The least energy, below which all is silence; 1e-10 when absent. */
  floor?: number;
  /** For decibels: how far below the largest value of the signal any may be; 80 when absent, as in librosa; no bound when infinite. */
  range?: number;
}

/** Names of them. */
const LOG_MEL_OPTIONS = [...SOUND_OPTIONS, "power", "log", "floor", "range"];

/** Features of a signal, frame by frame. */
export type Features = ShapedArray<Float32Array<ArrayBuffer>>;

/**
 * The logarithm of the energy in each mel filter, for each frame: what a recurrent network hears.
 *
 * @param signal samples from −1 to 1
 * @returns [T, M]
 * @throws SignalError if an option is out of range, or the signal is too short
 */
export function logMel(signal: ArrayLike<number>, options: LogMelOptions): Features {
  expectOptions(SignalError, "logMel", options, LOG_MEL_OPTIONS);
  const { data, shape } = logMelFloat64("logMel", signal, options);
  return { data: Float32Array.from(data), shape };
}

function logMelFloat64(
  where: string,
  signal: ArrayLike<number>,
  options: LogMelOptions,
): ShapedArray<Float64Array<ArrayBuffer>> {
  const { log = "natural", floor = 1e-10, range = 80 } = options;
  expectOneOf(SignalError, where, { log }, ["natural", "decibels"]);
  expectWithin(SignalError, where, { floor }, { least: Number.MIN_VALUE });
  expectWithin(SignalError, where, { range }, { least: 0, most: Number.POSITIVE_INFINITY });
  const energies = energiesOf(where, signal, options);
  const filters = melFilters(where, options);
  const [frames = 0, bins = 0] = energies.shape;
  const [bands = 0] = filters.shape;
  const data = new Float64Array(frames * bands);
  const factor = log === "natural" ? 1 : 10 / Math.LN10;
  const reaches = reachesOf(filters);
  let largest = Number.NEGATIVE_INFINITY;
  for (let t = 0; t < frames; t++) {
    for (let m = 0; m < bands; m++) {
      const [from = 0, to = 0] = reaches[m] ?? [];
      let sum = 0;
      for (let k = from; k < to; k++) sum += (filters.data[m * bins + k] ?? 0) * (energies.data[t * bins + k] ?? 0);
      const value = factor * Math.log(Math.max(sum, floor));
      data[t * bands + m] = value;
      largest = Math.max(largest, value);
    }
  }
  if (log === "natural") return { data, shape: [frames, bands] };
  return { data: data.map((value) => Math.max(value, largest - range)), shape: [frames, bands] };
}

/** The bins of each filter that are not 0: most are. */
function reachesOf({ data, shape }: ShapedArray<Float64Array>): [from: number, to: number][] {
  const [bands = 0, bins = 0] = shape;
  return Array.from({ length: bands }, (_, m) => {
    const row = data.subarray(m * bins, (m + 1) * bins);
    return [row.findIndex((weight) => weight !== 0), row.findLastIndex((weight) => weight !== 0) + 1];
  });
}

/** How `mfcc` makes coefficients of a log-mel spectrum. */
export interface MfccOptions extends LogMelOptions {
  /** C, the coefficients kept, from the 0th, which is the loudness; 13 when absent. */
  coefficients?: number;
  /** L of the liftering that gives high coefficients the size of low ones; 0 when absent, which leaves them. */
  lifter?: number;
}

/**
 * Mel-frequency cepstral coefficients (Davis & Mermelstein 1980): the log-mel spectrum s of a frame by cosines (DCT-II,
 * orthonormal), then liftered as librosa does:
 *   c_q = √(2/M)·Σ_m s_m·cos(π·q·(m + ½)/M), the 0th divided by √2;   c_q ← c_q·(1 + L/2·sin(π·(q + 1)/L))
 *
 * @returns [T, C]
 * @throws SignalError if an option is out of range, or the signal is too short
 */
export function mfcc(signal: ArrayLike<number>, options: MfccOptions): Features {
  expectOptions(SignalError, "mfcc", options, [...LOG_MEL_OPTIONS, "coefficients", "lifter"]);
  const { coefficients = 13, lifter = 0, bands } = options;
  expectWhole(SignalError, "mfcc", { bands });
  expectWhole(SignalError, "mfcc", { coefficients }, { most: bands });
  expectWithin(SignalError, "mfcc", { lifter }, { least: 0 });
  const { data, shape } = logMelFloat64("mfcc", signal, options);
  const [frames = 0] = shape;
  const basis = cosines(coefficients, bands);
  const cepstra = new Float32Array(frames * coefficients);
  for (let t = 0; t < frames; t++) {
    for (let q = 0; q < coefficients; q++) {
      let sum = 0;
      for (let m = 0; m < bands; m++) sum += (basis[q * bands + m] ?? 0) * (data[t * bands + m] ?? 0);
      const lift = lifter === 0 ? 1 : 1 + (lifter / 2) * Math.sin((Math.PI * (q + 1)) / lifter);
      cepstra[t * coefficients + q] = sum * lift;
    }
  }
  return { data: cepstra, shape: [frames, coefficients] };
}

/** The orthonormal DCT-II, [rows, columns]. */
function cosines(rows: number, columns: number): Float64Array {
  return Float64Array.from({ length: rows * columns }, (_, at) => {
    const [q, m] = [Math.floor(at / columns), at % columns];
    return Math.sqrt((q === 0 ? 1 : 2) / columns) * Math.cos((Math.PI * q * (m + 0.5)) / columns);
  });
}

/**
 * y_t = x_t − coefficient·x_{t−1}, which lifts high frequencies as a microphone would; y_0 = x_0.
 *
 * @param coefficient 0.97 when absent
 */
export function preEmphasis(signal: ArrayLike<number>, coefficient = 0.97): Float32Array<ArrayBuffer> {
  expectList(SignalError, "preEmphasis", { signal });
  return Float32Array.from(signal, (sample, t) => sample - (t === 0 ? 0 : coefficient * (signal[t - 1] ?? 0)));
}

/**
 * How features change over time: the slope of the line through 2N + 1 frames (Young et al., The HTK Book, 5.9):
 *   d_t = Σ_{n=1..N} n·(c_{t+n} − c_{t−n}) / (2·Σ n²)
 * Beyond the ends, the first and the last frame go on.
 *
 * @param features [T, C]
 * @param options.reach N; 2 when absent
 * @returns [T, C]
 */
export function deltas(features: Features, options: { reach?: number } = {}): Features {
  expectOptions(SignalError, "deltas", options, ["reach"]);
  const { reach = 2 } = options;
  expectWhole(SignalError, "deltas", { reach });
  const [frames = 0, width = 0] = expectFrames("deltas", features);
  const { data } = features;
  let norm = 0;
  for (let n = 1; n <= reach; n++) norm += 2 * n * n;
  const slope = new Float32Array(data.length);
  const at = (t: number, c: number): number => data[Math.min(Math.max(t, 0), frames - 1) * width + c] ?? 0;
  for (let t = 0; t < frames; t++) {
    for (let c = 0; c < width; c++) {
      let sum = 0;
      for (let n = 1; n <= reach; n++) sum += n * (at(t + n, c) - at(t - n, c));
      slope[t * width + c] = sum / norm;
    }
  }
  return { data: slope, shape: [frames, width] };
}

/** Features of the same frames beside each other: [T, C₁ + C₂ + …]. @throws SignalError if the frames are not as many */
export function joinFeatures(...parts: readonly Features[]): Features {
  const shapes = parts.map((part) => expectFrames("joinFeatures", part));
  const frames = shapes[0]?.[0] ?? 0;
  const other = shapes.find(([count]) => count !== frames);
  if (other) {
    throw new SignalError({
      where: "joinFeatures",
      expected: `${frames} frames in all parts, as in the first`,
      actual: String(other[0]),
      remedy: "Make all features of one signal with the same hop.",
    });
  }
  const width = shapes.reduce((sum, [, each]) => sum + each, 0);
  const data = new Float32Array(frames * width);
  let offset = 0;
  for (const [index, { data: part }] of parts.entries()) {
    const own = shapes[index]?.[1] ?? 0;
    for (let t = 0; t < frames; t++) data.set(part.subarray(t * own, (t + 1) * own), t * width + offset);
    offset += own;
  }
  return { data, shape: [frames, width] };
}

export function expectFrames(where: string, features: Features): [frames: number, width: number] {
  const { data, shape }: Partial<Features> = features ?? {};
  if (!isList(data) || !isList(shape)) {
    throw new SignalError({
      where,
      expected: "features, { data, shape: [T, C] }",
      actual: kindOf(features),
      remedy: remedyFor(features) ?? "Pass what logMel or mfcc gave.",
    });
  }
  const [frames = 0, width = 0] = shape;
  if (shape.length === 2 && frames * width === data.length && data.length > 0) return [frames, width];
  throw new SignalError({
    where,
    expected: "features of shape [T, C], at least one of each",
    actual: `[${shape.join(", ")}] with ${data.length} values`,
    remedy: "Pass what logMel or mfcc gave.",
  });
}
