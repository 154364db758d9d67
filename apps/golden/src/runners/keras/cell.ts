import type { Activation } from "@unroll/nn";
import type { GoldenTensor } from "@unroll/testing";
import { type Cell, type DirectionWeights, RecurrentLayer } from "../recurrent/layer";
import { biasesFromBlocks, GATES, matricesFromKernels } from "../recurrent/weights";

/** A recurrent cell as Keras and TensorFlow.js configure it. */
export type CellConfig = {
  readonly cell: Cell;
  readonly units: number;
  readonly activation: Activation;
  readonly recurrentActivation: Activation;
  readonly resetAfter: boolean;
};

/** kernel [I, G·H], recurrent kernel [H, G·H], bias [G·H], or [2, G·H] in a GRU that resets after the product. */
export type CellWeights = {
  readonly kernel: GoldenTensor;
  readonly recurrentKernel: GoldenTensor;
  readonly bias: GoldenTensor | undefined;
};

/** The layer of ours that stands for such a cell, reading its sequence in one direction. */
export function layerOf(
  { cell, units, activation, recurrentActivation, resetAfter }: CellConfig,
  { kernel, recurrentKernel, bias }: CellWeights,
  backwards: boolean,
): Promise<RecurrentLayer> {
  const inputSize = kernel.shape[0] ?? 0;
  const sizes = { cell, inputSize, hiddenSize: units };
  const reset = resetAfter ? "after" : "before";
  expectShape("kernel", kernel, [inputSize, GATES[cell] * units]);
  expectShape("recurrent kernel", recurrentKernel, [units, GATES[cell] * units]);
  const weights: DirectionWeights = {
    ...matricesFromKernels(sizes, Float32Array.from(kernel.data), Float32Array.from(recurrentKernel.data)),
    ...biasesFromBlocks(sizes, { layout: "keras", reset, ...halves(bias, GATES[cell] * units) }),
  };
  return RecurrentLayer.of(
    {
      ...sizes,
      reset,
      direction: backwards ? "reverse" : "forward",
      gate: recurrentActivation,
      candidate: activation,
      output: activation,
    },
    [weights],
  );
}

function halves(bias: GoldenTensor | undefined, rows: number): { input?: Float32Array; recurrent?: Float32Array } {
  if (!bias) return {};
  const values = Float32Array.from(bias.data);
  if (values.length === rows) return { input: values };
  expectShape("bias", bias, [2, rows]);
  return { input: values.subarray(0, rows), recurrent: values.subarray(rows) };
}

function expectShape(what: string, { shape }: GoldenTensor, expected: readonly number[]): void {
  if (JSON.stringify(shape) === JSON.stringify(expected)) return;
  throw new TypeError(`The ${what} should be [${expected.join(", ")}] but is [${shape.join(", ")}].`);
}
