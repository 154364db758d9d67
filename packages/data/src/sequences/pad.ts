import { excerpt, expectList, expectOptions, expectWhole, isList, isRecord } from "../checks";
import { EncodingError } from "../errors";
import type { ShapedArray } from "./encode";

/** How long rows become, and what fills them. */
export interface PadOptions {
  /** T. The longest sequence when absent. */
  length?: number;
  /** Rounds T up to a multiple of this, so that shapes repeat from batch to batch; 1 when absent. */
  multiple?: number;
  /** What stands behind the end of a sequence; 0 when absent. */
  value?: number;
}

/** Sequences of different lengths in one array. */
export interface PaddedSequences extends ShapedArray<Int32Array<ArrayBuffer>> {
  /** [B], the length of each sequence before padding, in steps. */
  lengths: Uint32Array<ArrayBuffer>;
}

/**
 * Puts B sequences of ids into one array, each padded behind its end.
 *
 * @returns data [B, T] and the true lengths [B]
 * @throws EncodingError if there is no sequence, one is empty or longer than `length`, or an id is no 32-bit integer
 */
export function padSequences(sequences: readonly ArrayLike<number>[], options: PadOptions = {}): PaddedSequences {
  const where = "padSequences";
  expectList(EncodingError, where, { sequences });
  for (const [row, sequence] of sequences.entries()) expectList(EncodingError, where, { [`row ${row}`]: sequence });
  const { value = 0 } = options;
  const { steps, lengths } = stepsOf(
    where,
    Array.from(sequences, ({ length }) => length),
    options,
  );
  expectWhole(EncodingError, where, { value }, { least: -(2 ** 31), most: 2 ** 31 - 1 });
  const data = new Int32Array(sequences.length * steps).fill(value);
  for (const [row, sequence] of sequences.entries()) {
    data.set(sequence, row * steps);
    expectIntegers(sequence, row, data.subarray(row * steps, row * steps + sequence.length));
  }
  return { data, shape: [sequences.length, steps], lengths };
}

/**
 * One series: numbers, which are of one feature; a list of steps, each of as many features; or `{ data, shape: [T, F] }`, as
 * `logMel` and `mfcc` give it.
 */
export type OneSeries = ArrayLike<number> | readonly ArrayLike<number>[] | ShapedArray<ArrayLike<number>>;

/** Series of different lengths in one array. */
export interface PaddedSeries extends ShapedArray<Float32Array<ArrayBuffer>> {
  /** [B], the length of each series before padding, in steps. */
  lengths: Uint32Array<ArrayBuffer>;
}

/**
 * Puts B series of numbers into one array, each padded behind its end: frames of sounds, points of strokes, measurements.
 *
 *   padSeries(sounds.map((samples) => logMel(samples, options)));
 *   padSeries([[[0, 1], [2, 3], [4, 5]], [[6, 7]]]);   // data [2, 3, 2], lengths 3 and 1
 *
 * @returns data [B, T, F], as layers read it, and the true lengths [B]
 * @throws EncodingError if there is no series, one is empty or longer than `length` or has other features than the first, or
 *   a number is not finite
 */
export function padSeries(series: readonly OneSeries[], options: PadOptions = {}): PaddedSeries {
  const where = "padSeries";
  expectList(EncodingError, where, { series });
  const { value = 0 } = options;
  const all = Array.from(series, (each, row) => withFeatures(where, each, row));
  const { steps, lengths } = stepsOf(
    where,
    all.map(({ shape }) => shape[0]),
    options,
  );
  expectFinite(where, [value], "in value");
  const features = all[0]?.shape[1] ?? 1;
  const data = new Float32Array(series.length * steps * features).fill(value);
  for (const [row, { data: own, shape }] of all.entries()) {
    if (shape[1] !== features) {
      const expected = `${features} features in each step, as in row 0`;
      const remedy = "Pass [T, F] with one F: { data, shape: [steps, features] }.";
      throw new EncodingError({ where, expected, actual: `${shape[1]} in row ${row}`, remedy });
    }
    expectFinite(where, own, `in row ${row}`);
    data.set(own, row * steps * features);
  }
  return { data, shape: [series.length, steps, features], lengths };
}

function expectFinite(where: string, numbers: ArrayLike<number>, place: string): void {
  const at = Array.prototype.findIndex.call(numbers, (number) => !Number.isFinite(number));
  if (at < 0) return;
  const remedy = "Fill gaps in, or leave the series out.";
  throw new EncodingError({ where, expected: "finite numbers", actual: `${numbers[at]} at ${at} ${place}`, remedy });
}

function withFeatures(
  where: string,
  series: OneSeries,
  row: number,
): ShapedArray<ArrayLike<number>> & { shape: [number, number] } {
  if (!isShaped(series)) {
    expectList(EncodingError, where, { [`row ${row}`]: series });
    if (!hasSteps(series)) return { data: series, shape: [series.length, 1] };
    return { data: joined(where, series, row), shape: [series.length, series[0]?.length ?? 0] };
  }
  const { data, shape } = series;
  const [steps = 0, features = 1] = shape;
  if (shape.length <= 2 && steps * features === data.length) return { data, shape: [steps, features] };
  throw new EncodingError({
    where,
    expected: `the shape [T, F] of ${data.length} numbers`,
    actual: `[${shape.join(", ")}] in row ${row}`,
    remedy: "Pass each series by itself, as steps of features.",
  });
}

const isShaped = (series: OneSeries): series is ShapedArray<ArrayLike<number>> =>
  isRecord(series) && isList(series.data) && isList(series.shape);

const hasSteps = (series: ArrayLike<number> | readonly ArrayLike<number>[]): series is readonly ArrayLike<number>[] =>
  isList(series[0]);

/** The features of all steps, one behind another. @throws EncodingError if one has more or fewer than the first, or none */
function joined(where: string, steps: readonly ArrayLike<number>[], row: number): number[] {
  const features = steps[0]?.length ?? 0;
  return Array.from(steps).flatMap((step, at) => {
    if (isList(step) && step.length === features && features > 0) return Array.from(step);
    throw new EncodingError({
      where,
      expected: features > 0 ? `as many features in each step as in the first, ${features},` : "a feature in each step",
      actual: `${isList(step) ? step.length : excerpt(step)} in step ${at} of row ${row}`,
      remedy: "Pass each series as a list of steps of as many features, or as { data, shape: [steps, features] }.",
    });
  });
}

/** T, and the lengths as they were. @throws EncodingError if there is no row, or one is empty or too long */
function stepsOf(
  where: string,
  found: readonly number[],
  options: PadOptions,
): { steps: number; lengths: Uint32Array<ArrayBuffer> } {
  expectOptions(EncodingError, where, options, ["length", "multiple", "value"]);
  const { length, multiple = 1 } = options;
  if (found.length === 0) {
    throw new EncodingError({
      where,
      expected: "at least one sequence",
      actual: "an empty batch",
      remedy: "Leave out empty batches.",
    });
  }
  expectWhole(EncodingError, where, { ...(length === undefined ? {} : { length }), multiple });
  const longest = found.reduce((most, each) => Math.max(most, each), 0);
  const steps = Math.ceil((length ?? longest) / multiple) * multiple;
  for (const [row, own] of found.entries()) {
    if (own > 0 && own <= steps) continue;
    throw new EncodingError({
      where,
      expected: steps > 0 ? `every sequence to have 1 to ${steps} steps` : "every sequence to have a step",
      actual: `${own} in row ${row}`,
      remedy:
        own === 0
          ? "Leave the sequence out: it gives the model nothing to read."
          : "Raise length, or cut the sequence where the task allows it.",
    });
  }
  return { steps, lengths: Uint32Array.from(found) };
}

/** What was stored differs from what came if it was a fraction, NaN or too large. */
function expectIntegers(sequence: ArrayLike<number>, row: number, stored: Int32Array): void {
  const at = stored.findIndex((id, position) => id !== sequence[position]);
  if (at < 0) return;
  throw new EncodingError({
    where: "padSequences",
    expected: "ids to be 32-bit integers",
    actual: `${sequence[at]} at position ${at} of row ${row}`,
    remedy: "Encode the sequence with a vocabulary first.",
  });
}
