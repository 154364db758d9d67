import { cumSum as cumSumKernel } from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import { numberType } from "../graph/node";
import { run } from "../graph/run";
import { expectKnown } from "../tensor/known-options";
import { expectDType, resolveAxis, sizeOf } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";

export interface CumSumOptions {
  /** Whether an element's own value is left out of its sum; false by default. */
  exclusive?: boolean;
  /** Whether sums run from the end of the axis; false by default. */
  reverse?: boolean;
}

interface Attributes {
  readonly dims: { readonly outer: number; readonly N: number; readonly inner: number };
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

function sums(x: Tensor, { dims, exclusive, reverse }: Attributes): Tensor {
  const options = { type: numberType(x.dtype), exclusive, reverse };
  return run(cumSumKernel, { x }, { dims, options, shapes: { out: x.shape }, dtypes: { out: x.dtype } }).out;
}

const running = defineOp<{ x: Tensor }, Attributes, { y: Tensor }, null>({
  name: "cumSum",
  forward: ({ x }, attributes) => ({ out: { y: sums(x, attributes) }, saved: null }),
  // dx_m = Σ of the dy_n whose sum x_m is part of: the same, the other way round
  backward: ({ y: dy }, _, __, attributes) =>
    dy ? { x: sums(dy, { ...attributes, reverse: !attributes.reverse }) } : {},
});

/**
 * Running sums along an axis, by default the last: y_n = x_0 + … + x_n, in this order.
 * @param x of f32, f16, i32 or u32
 * @throws ShapeError if there is no such axis
 */
export function cumSum(x: Tensor, axis = -1, options: CumSumOptions = {}): Tensor {
  const { exclusive = false, reverse = false } = expectKnown("cumSum", options, ["exclusive", "reverse"]);
  expectDType("cumSum", { x }, "f32", "f16", "i32", "u32");
  const at = resolveAxis("cumSum", axis, x);
  const dims = { outer: sizeOf(x.shape.slice(0, at)), N: x.shape[at] as number, inner: sizeOf(x.shape.slice(at + 1)) };
  return running({ x }, { dims, exclusive, reverse }).y;
}
