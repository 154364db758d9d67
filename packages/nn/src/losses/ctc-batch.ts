import { DTypeError, ShapeError, ValueError } from "@unroll/kernels";
import { hostValues } from "../graph/node";
import { FLOATS } from "../tensor/dtype";
import { refuseValue } from "../tensor/kind";
import { expectDType, expectShape, formatShape } from "../tensor/shape";
import { Tensor, tensor } from "../tensor/tensor";

/** Targets as classes: one row each, or as in PyTorch [B, S] padded or [ΣS] one behind the other. */
export type CTCTargets = Tensor | readonly ArrayLike<number>[];

/** Names of the options below. */
export const BATCH_OPTIONS = ["inputLengths", "targetLengths", "blank"];

export interface CTCBatchOptions {
  /** True lengths of the inputs in steps [B]; T each when absent. */
  inputLengths?: ArrayLike<number> | Tensor | undefined;
  /** True lengths of the targets in labels [B]; when absent those of the rows given, or all S of [B, S]. */
  targetLengths?: ArrayLike<number> | Tensor | undefined;
  /** The class that stands for no label; 0 by default, as in PyTorch. */
  blank?: number;
}

/** A batch as the kernels take it. */
export interface CTCBatch {
  readonly dims: { readonly B: number; readonly T: number; readonly L: number; readonly C: number };
  readonly blank: number;
  readonly inputs: {
    readonly logits: Tensor;
    /** [B, L] */
    readonly targets: Tensor;
    readonly inputLengths: Tensor;
    readonly targetLengths: Tensor;
  };
}

/** Targets given as rows are padded to a multiple of this, so that batches have few shapes and plans repeat. */
const PAD = 8;

/**
 * Checks a batch, as far as it is known on the host, and brings it into the form that the kernels take.
 * @throws ShapeError, DTypeError or ValueError naming the row at fault
 */
export function ctcBatch(where: string, logits: Tensor, targets: CTCTargets, options: CTCBatchOptions): CTCBatch {
  expectDType(where, { logits }, ...FLOATS);
  const {
    B = 0,
    T = 0,
    C = 0,
  } = expectShape(
    where,
    { logits },
    ["B", "T", "C"],
    "Logits are [rows, steps, classes]; turn [T, B, C] with permute(logits, [1, 0, 2]).",
  );
  if (logits.size === 0) {
    const expected = "of at least one row, one step and one class";
    throw new ShapeError({ where, what: "logits", expected, received: formatShape(logits.shape) });
  }
  const { blank = 0 } = options;
  if (!(Number.isInteger(blank) && blank >= 0 && blank < C)) {
    refuseValue(where, { blank }, `a class from 0 to ${C - 1}`);
  }
  const inputLengths =
    lengthsOf(where, { inputLengths: options.inputLengths }, B, T) ?? tensor(new Uint32Array(B).fill(T));
  const padded = paddedTargets(where, targets, options.targetLengths, B);
  const batch = { dims: { B, T, L: padded.targets.shape[1] as number, C }, blank };
  checkLabels(where, padded, batch);
  return { ...batch, inputs: { logits, inputLengths, ...padded } };
}

interface PaddedTargets {
  readonly targets: Tensor;
  readonly targetLengths: Tensor;
}

function paddedTargets(
  where: string,
  targets: CTCTargets,
  given: CTCBatchOptions["targetLengths"],
  B: number,
): PaddedTargets {
  if (!(targets instanceof Tensor)) {
    if (targets.length !== B) {
      const expected = `${B} rows, one for each of logits`;
      throw new ShapeError({ where, what: "targets", expected, received: String(targets.length) });
    }
    const lengths = Uint32Array.from(targets, (row) => row.length);
    if (given !== undefined) {
      const remedy = "Targets given as rows have the lengths of the rows.";
      throw new ValueError({ where, what: "targetLengths", expected: "absent", received: "given", remedy });
    }
    return { targets: padRows(targets), targetLengths: tensor(lengths, { name: "targetLengths" }) };
  }
  expectDType(where, { targets }, "i32", "u32");
  if (targets.rank === 1) return splitTargets(where, targets, given, B);
  const { S = 0 } = expectShape(
    where,
    { targets },
    [B, "S"],
    "Targets are [B, S], padded, with targetLengths; or all labels one behind the other; or a list of rows.",
  );
  const targetLengths =
    lengthsOf(where, { targetLengths: given }, B, S) ?? tensor(new Uint32Array(B).fill(S), { name: "targetLengths" });
  return { targets: S === 0 ? padRows(new Array<number[]>(B).fill([])) : targets, targetLengths };
}

/** Rows out of labels that come one behind the other. */
function splitTargets(
  where: string,
  targets: Tensor,
  given: CTCBatchOptions["targetLengths"],
  B: number,
): PaddedTargets {
  const targetLengths = lengthsOf(where, { targetLengths: given }, B, targets.size);
  const lengths = targetLengths && hostValues(targetLengths);
  const labels = hostValues(targets);
  if (!targetLengths || !lengths || !labels) {
    throw new ValueError({
      where,
      what: "targets in one row",
      expected: "known on the host, together with targetLengths",
      received: given === undefined ? "without targetLengths" : "computed on the device",
      remedy: "Pass targets [B, S] padded.",
    });
  }
  const ends = cumulated(lengths);
  const total = ends.at(-1) ?? 0;
  if (total !== labels.length) {
    throw new ShapeError({
      where,
      what: "targets in one row",
      expected: `of ${total} labels, the sum of targetLengths`,
      received: String(labels.length),
    });
  }
  const rows = ends.map((end, b) => labels.subarray(end - (lengths[b] as number), end));
  return { targets: padRows(rows), targetLengths };
}

/** Sums of the first one, two, … of some lengths. */
function cumulated(lengths: ArrayLike<number>): number[] {
  let sum = 0;
  return Array.from(lengths, (length) => {
    sum += length;
    return sum;
  });
}

function padRows(rows: readonly ArrayLike<number>[]): Tensor {
  const longest = rows.reduce((most, { length }) => Math.max(most, length), 1);
  const L = Math.ceil(longest / PAD) * PAD;
  const labels = new Int32Array(rows.length * L);
  for (const [b, row] of rows.entries()) labels.set(row, b * L);
  return tensor(labels, { shape: [rows.length, L], name: "targets" });
}

/** Lengths [B] from 0 to `most`, by name; undefined where none are given. */
function lengthsOf(
  where: string,
  named: Readonly<Record<string, ArrayLike<number> | Tensor | undefined>>,
  B: number,
  most: number,
): Tensor | undefined {
  const [[what, given]] = Object.entries(named) as [[string, ArrayLike<number> | Tensor | undefined]];
  if (given === undefined) return undefined;
  const isTensor = given instanceof Tensor;
  if (isTensor) {
    if (given.dtype !== "u32" && given.dtype !== "i32")
      throw new DTypeError({ where, what, expected: "u32 or i32", received: given.dtype });
    expectShape(where, { [what]: given }, [B], "One length for each row.");
  } else if (given.length !== B) {
    throw new ShapeError({ where, what, expected: `${B}, one for each row`, received: String(given.length) });
  }
  const known = isTensor ? hostValues(given) : given;
  for (let row = 0; known && row < B; row++) {
    const length = known[row] as number;
    if (Number.isInteger(length) && length >= 0 && length <= most) continue;
    const expected = `a whole number from 0 to ${most}`;
    refuseValue(where, { [`${what}[${row}]`]: length }, expected);
  }
  return isTensor ? given : tensor(Uint32Array.from(given), { name: what });
}

/** Looks at labels that are on the host; one made on the device that is no label makes its row impossible. */
function checkLabels(
  where: string,
  { targets, targetLengths }: PaddedTargets,
  { dims: { B, L, C }, blank }: Pick<CTCBatch, "dims" | "blank">,
): void {
  const [labels, lengths] = [hostValues(targets), hostValues(targetLengths)];
  if (!labels || !lengths) return;
  for (let row = 0; row < B; row++) {
    for (let i = 0; i < (lengths[row] as number); i++) {
      const label = labels[row * L + i] as number;
      if (label >= 0 && label < C && label !== blank) continue;
      throw new ValueError({
        where,
        what: `label ${i} of row ${row}`,
        expected: `a class from 0 to ${C - 1} other than the blank ${blank}`,
        received: String(label),
        ...(label === blank ? { remedy: "Leave blanks out of targets, or say which class is blank." } : {}),
      });
    }
  }
}

/**
 * Refuses rows that have fewer steps than their targets need, one for each label and one for the blank between two that
 * are the same, where that is known on the host.
 */
export function expectPossible(where: string, { dims: { B, L }, inputs }: CTCBatch): void {
  const [labels, targets, steps] = [inputs.targets, inputs.targetLengths, inputs.inputLengths].map(hostValues);
  if (!labels || !targets || !steps) return;
  for (let row = 0; row < B; row++) {
    const length = targets[row] as number;
    let repeats = 0;
    for (let i = row * L + 1; i < row * L + length; i++) if (labels[i] === labels[i - 1]) repeats++;
    if (length + repeats <= (steps[row] as number)) continue;
    const target = `${count(length, "label")} with ${count(repeats, "repeat")}`;
    throw new ValueError({
      where,
      what: `row ${row}: the input`,
      expected: `of at least ${length + repeats} steps, for a target of ${target},`,
      received: `of ${steps[row]}`,
      remedy: "Give it more steps or leave it out; zeroInfinity: true lets it count nothing.",
    });
  }
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
