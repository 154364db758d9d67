import { type BlockLayout, fromBlocks, fromKernel } from "@unroll/nn";
import type { Cell, DirectionWeights } from "./layer";

export const GATES: Readonly<Record<Cell, number>> = { rnn: 1, lstm: 4, gru: 3 };

/** Place of a GRU's candidate among the gates of a unit, r z n. */
const CANDIDATE = 2;

export type Sizes = { readonly cell: Cell; readonly inputSize: number; readonly hiddenSize: number };

/** Biases [G·H] in the blocks of `layout`, of the input product and of the recurrent one. */
export type BlockBiases = {
  readonly layout: BlockLayout;
  readonly input?: Float32Array | undefined;
  readonly recurrent?: Float32Array | undefined;
  readonly reset: "before" | "after";
};

/** Matrices in blocks of rows, as ONNX has them: W [G·H, I] and R [G·H, H]. */
export function matricesFromBlocks(
  layout: BlockLayout,
  { cell, inputSize, hiddenSize }: Sizes,
  w: Float32Array,
  r: Float32Array,
): Pick<DirectionWeights, "input" | "recurrent"> {
  return {
    input: fromBlocks(layout, { cell, hiddenSize, columns: inputSize }, w),
    recurrent: fromBlocks(layout, { cell, hiddenSize, columns: hiddenSize }, r),
  };
}

/** Matrices in blocks of columns, as Keras has them: kernel [I, G·H] and recurrent kernel [H, G·H]. */
export function matricesFromKernels(
  { cell, inputSize, hiddenSize }: Sizes,
  kernel: Float32Array,
  recurrentKernel: Float32Array,
): Pick<DirectionWeights, "input" | "recurrent"> {
  return {
    input: fromKernel("keras", { cell, hiddenSize, columns: inputSize }, kernel),
    recurrent: fromKernel("keras", { cell, hiddenSize, columns: hiddenSize }, recurrentKernel),
  };
}

/** Both biases added, except in the candidate of a GRU that resets after the recurrent product, which keeps them apart. */
export function biasesFromBlocks(
  { cell, hiddenSize }: Sizes,
  { layout, input, recurrent, reset }: BlockBiases,
): Pick<DirectionWeights, "bias" | "candidateBias"> {
  if (!input && !recurrent) return { bias: undefined, candidateBias: undefined };
  const G = GATES[cell];
  const rows = (blocks: Float32Array | undefined): Float32Array =>
    fromBlocks(layout, { cell, hiddenSize, columns: 1 }, blocks ?? new Float32Array(G * hiddenSize));
  const [ofInput, ofState] = [rows(input), rows(recurrent)];
  const isApart = cell === "gru" && reset === "after";
  const isCandidate = (row: number): boolean => isApart && row % G === CANDIDATE;
  return {
    bias: ofInput.map((value, row) => (isCandidate(row) ? value : value + (ofState[row] ?? 0))),
    candidateBias: isApart ? ofState.filter((_, row) => isCandidate(row)) : undefined,
  };
}
