import { defineOp } from "../autograd/define-op";
import { FLOATS } from "../tensor/dtype";
import { expectDType, expectShape, sizeOf } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { gemm, matrices, transposed } from "./gemm";
import { sideBySide } from "./side-by-side";

type Inputs = {
  readonly x: Tensor;
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
  /** Which rows of x are not padding, from `listSteps`; all where absent. */
  readonly steps: Tensor | undefined;
};

/** Rows of x in all, and how many of them, one after another, are the steps of one sequence. */
interface Attributes {
  readonly rows: number;
  readonly period: number;
}

const affine = defineOp<Inputs, Attributes, { y: Tensor }, Inputs>({
  name: "linear",
  forward(inputs, { rows }) {
    const { x, weight, bias, steps } = inputs;
    const [O, I] = weight.shape as [number, number];
    const shape = [...x.shape.slice(0, -1), O];
    const packing = steps && { steps, axis: "rows" as const };
    const { c } = gemm(matrices(x, rows, I), matrices(weight, O, I, true), { bias, shape, packing, dtype: x.dtype });
    return { out: { y: c }, saved: inputs };
  },
  // dx = dy·W,   dW = dyᵀ·x,   db = Σ rows of dy, which the kernel sums while it makes dW. Those of the weights are f32
  // even where the weights are halves: the parameters that those were rounded from are f32.
  // Gradients of steps that are padding are zeros, so those are left out of the sums, and dx is zero there.
  backward({ y: dy }, { x, weight, bias, steps }, needs, { rows, period }) {
    if (!dy) return {};
    const [O, I] = weight.shape as [number, number];
    const d = matrices(dy, rows, O);
    const gradients: { x?: Tensor; weight?: Tensor; bias?: Tensor | undefined } = {};
    if (needs.has("x")) {
      const packing = steps && { steps, axis: "rows" as const };
      gradients.x = gemm(d, matrices(weight, O, I), { shape: x.shape, packing, dtype: x.dtype }).c;
    }
    if (needs.has("weight") || needs.has("bias")) {
      const { c, sumA } = gemm(transposed(d), matrices(x, rows, I), {
        shape: weight.shape,
        period,
        packing: steps && { steps, axis: "depth" },
        ...(bias && needs.has("bias") ? { sumA: bias.shape } : {}),
      });
      gradients.weight = c;
      gradients.bias = sumA;
    }
    return gradients;
  },
  // Of one weight that the steps of a sequence were multiplied by one at a time: the steps side by side, then the same.
  // Steps follow one another within a row, so that the sums are cut where those of a whole sequence are.
  shared: {
    inputs: ["weight", "bias"],
    key: ({ rows }) => String(rows),
    backward(records, needs) {
      const [{ saved, attributes }] = records as [(typeof records)[number]];
      const [O, I] = saved.weight.shape as [number, number];
      const { rows } = attributes;
      const d = sideBySide(
        records.map(({ dOut }) => dOut.y as Tensor),
        [rows, 1, O],
      );
      const x = sideBySide(
        records.map(({ saved: { x: part } }) => part),
        [rows, 1, I],
      );
      const all = records.length * rows;
      const { c, sumA } = gemm(transposed(matrices(d, all, O)), matrices(x, all, I), {
        shape: saved.weight.shape,
        period: records.length,
        ...(saved.bias && needs.has("bias") ? { sumA: saved.bias.shape } : {}),
      });
      return { weight: c, bias: sumA };
    },
  },
});

/**
 * y = x·Wᵀ + b, one matmul over all rows; sums are made in f32, whatever the dtypes.
 * @param x [..., I]
 * @param weight W [O, I]
 * @param bias b [O]
 * @returns [..., O] of the dtype of x
 * @throws ShapeError if the last axis of x is not I, or the bias not [O]
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  expectDType("linear", { x, weight, ...(bias ? { bias } : {}) }, ...FLOATS);
  const { O, I } = expectShape("linear", { weight }, ["O", "I"]) as { O: number; I: number };
  const rows = sizeOf(x.shape.slice(0, -1));
  expectShape(
    "linear",
    { x },
    [...x.shape.slice(0, -1), I],
    `The last axis must equal that of the weight [${O}, ${I}].`,
  );
  if (bias) expectShape("linear", { bias }, [O]);
  return affine({ x, weight, bias, steps: undefined }, { rows, period: x.rank === 3 ? (x.shape[1] as number) : 1 }).y;
}

/**
 * The same of the steps x [B, T, I] of sequences, some of which are padding: what is made of those is that of zeros.
 * Their gradients must be zero.
 * @param steps from `listSteps`
 */
export function linearOfSteps(x: Tensor, weight: Tensor, bias: Tensor | undefined, steps: Tensor | undefined): Tensor {
  const [B, T] = x.shape as [number, number];
  return affine({ x, weight, bias, steps }, { rows: B * T, period: T }).y;
}
