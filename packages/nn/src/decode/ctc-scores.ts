import { ShapeError, ValueError } from "@unroll/kernels";
import { refuseValue } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import { sizeOf } from "../tensor/shape";
import { Tensor } from "../tensor/tensor";

/** Scores of classes at each step [B, T, C]: a tensor, or numbers on the host, where ln 0 may be −∞. */
export type CTCScores = Tensor | { readonly data: ArrayLike<number>; readonly shape: readonly number[] };

export interface CTCScoreOptions {
  /** True lengths in steps [B]; T each when absent. What lies past them is not looked at. */
  inputLengths?: ArrayLike<number> | undefined;
  /** The class that stands for no label; 0 by default, as in PyTorch. */
  blank?: number;
  /** Whether log-softmax makes log-probabilities of the scores; true by default. Scores that are such already may pass either way. */
  normalize?: boolean;
}

/** Log-probabilities of one row: `frames[t][c]`. */
export type CTCFrames = readonly Float64Array[];

export interface CTCRows {
  readonly rows: readonly CTCFrames[];
  readonly C: number;
  readonly blank: number;
}

/** ln(eᵃ + eᵇ), also where either is −∞. */
export function logAdd(a: number, b: number): number {
  const [high, low] = a > b ? [a, b] : [b, a];
  return low === Number.NEGATIVE_INFINITY ? high : high + Math.log1p(Math.exp(low - high));
}

/**
 * Scores as rows of frames of log-probabilities, in float64.
 * @param own names of the options that other decoders have not
 * @throws ShapeError if they are not [B, T, C] or have not one length for each row
 * @throws ValueError if a length or the blank is out of range, or a score within a row's length is NaN or +∞
 */
export async function readScores(
  where: string,
  scores: CTCScores,
  options: CTCScoreOptions,
  own: readonly string[] = [],
): Promise<CTCRows> {
  expectKnown(where, options, ["inputLengths", "blank", "normalize", ...own]);
  const { shape } = scores;
  const { blank = 0, normalize = true } = options;
  const [B = 0, T = 0, C = 0] = shape;
  if (shape.length !== 3 || C === 0) {
    const remedy = "Give [rows, steps, classes]; one row alone is [1, T, C].";
    throw new ShapeError({ where, what: "scores", expected: "[B, T, C]", received: `[${shape.join(", ")}]`, remedy });
  }
  if (!(Number.isInteger(blank) && blank >= 0 && blank < C)) {
    refuseValue(where, { blank }, `a class from 0 to ${C - 1}`);
  }
  const lengths = checkLengths(where, options.inputLengths ?? new Array<number>(B).fill(T), B, T);
  const data = scores instanceof Tensor ? await scores.data() : scores.data;
  if (data.length !== sizeOf(shape)) {
    const expected = `of ${sizeOf(shape)} numbers`;
    throw new ShapeError({ where, what: "scores.data", expected, received: String(data.length) });
  }
  const rows = lengths.map((length, b) =>
    Array.from({ length }, (_, t) => {
      const frame = Float64Array.from({ length: C }, (_, c) => data[(b * T + t) * C + c] as number);
      checkFrame(where, frame, `row ${b}, step ${t}`);
      return normalize ? logSoftmax(frame) : frame;
    }),
  );
  return { rows, C, blank };
}

function checkLengths(where: string, lengths: ArrayLike<number>, B: number, T: number): number[] {
  if (lengths.length !== B) {
    const expected = `${B}, one for each row`;
    throw new ShapeError({ where, what: "inputLengths", expected, received: String(lengths.length) });
  }
  return Array.from(lengths, (length, row) => {
    if (Number.isInteger(length) && length >= 0 && length <= T) return length;
    const expected = `a whole number from 0 to T = ${T}`;
    return refuseValue(where, { [`inputLengths[${row}]`]: length }, expected);
  });
}

function checkFrame(where: string, frame: Float64Array, place: string): void {
  const bad = frame.find((x) => Number.isNaN(x) || x === Number.POSITIVE_INFINITY);
  if (bad === undefined && frame.some((x) => x > Number.NEGATIVE_INFINITY)) return;
  throw new ValueError({
    where,
    what: `the scores of ${place}`,
    expected: "numbers, or −∞ for what cannot be, not all of them",
    received: String(bad ?? Number.NEGATIVE_INFINITY),
  });
}

function logSoftmax(frame: Float64Array): Float64Array {
  const highest = frame.reduce((most, x) => Math.max(most, x), Number.NEGATIVE_INFINITY);
  const total = highest + Math.log(frame.reduce((sum, x) => sum + Math.exp(x - highest), 0));
  return frame.map((x) => x - total);
}
