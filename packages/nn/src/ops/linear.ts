import { defineOp } from "../autograd/define-op";
import { FLOATS } from "../tensor/dtype";
import { expectDType, expectShape, sizeOf } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { gemm, matrices, transposed } from "./gemm";

type Inputs = { readonly x: Tensor; readonly weight: Tensor; readonly bias: Tensor | undefined };

const affine = defineOp<Inputs, { rows: number }, { y: Tensor }, Inputs>({
  name: "linear",
  forward(inputs, { rows }) {
    const { x, weight, bias } = inputs;
    const [O, I] = weight.shape as [number, number];
    const shape = [...x.shape.slice(0, -1), O];
    const { c } = gemm(matrices(x, rows, I), matrices(weight, O, I, true), { bias, shape, dtype: x.dtype });
    return { out: { y: c }, saved: inputs };
  },
  // dx = dy·W,   dW = dyᵀ·x,   db = Σ rows of dy, which the kernel sums while it makes dW. Those of the weights are f32
  // even where the weights are halves: the parameters that those were rounded from are f32.
  backward({ y: dy }, { x, weight, bias }, needs, { rows }) {
    if (!dy) return {};
    const [O, I] = weight.shape as [number, number];
    const d = matrices(dy, rows, O);
    const gradients: { x?: Tensor; weight?: Tensor; bias?: Tensor | undefined } = {};
    if (needs.has("x")) gradients.x = gemm(d, matrices(weight, O, I), { shape: x.shape, dtype: x.dtype }).c;
    if (needs.has("weight") || needs.has("bias")) {
      const { c, sumA } = gemm(transposed(d), matrices(x, rows, I), {
        shape: weight.shape,
        ...(bias && needs.has("bias") ? { sumA: bias.shape } : {}),
      });
      gradients.weight = c;
      gradients.bias = sumA;
    }
    return gradients;
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
  return affine({ x, weight, bias }, { rows }).y;
}
