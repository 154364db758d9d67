import { reduceMax, reduceSum, reductionDims } from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import { elementwise, run, view } from "../graph/run";
import { FLOATS } from "../tensor/dtype";
import { sizeOf } from "../tensor/shape";
import { type Tensor, tensor } from "../tensor/tensor";
import { type Reduced, type ReduceOptions, reducedBy } from "./reduce";

const logOfSum = defineOp<{ x: Tensor }, Reduced, { y: Tensor }, { x: Tensor; y: Tensor }>({
  name: "logSumExp",
  forward({ x }, { axes, kept, shape }) {
    const { dims, options } = reductionDims(x.shape, axes);
    const float = x.dtype === "f16" ? "f16" : "f32";
    const largest = run(reduceMax, { x }, { dims, options, shapes: { out: kept }, outputs: ["out"] }).out;
    const powers = elementwise("exp", [elementwise("sub", [x, largest], x.shape, "f32")]);
    const total = run(reduceSum, { x: powers }, { dims, options, shapes: { out: kept } }).out;
    const y = elementwise("add", [elementwise("log", [total]), largest], kept, float);
    return { out: { y: view(y, shape) }, saved: { x, y } };
  },
  // dx = dy·e^(x − y), a softmax
  backward({ y: dy }, { x, y }, _, { kept }) {
    if (!dy) return {};
    const share = elementwise("exp", [elementwise("sub", [x, y], x.shape, "f32")]);
    const float = x.dtype === "f16" ? "f16" : "f32";
    return { x: elementwise("mul", [share, view(dy, kept)], x.shape, float) };
  },
});

/**
 * ln Σ eˣ over axes, from the largest so that nothing overflows. Of no elements it is −∞, the one infinity that an
 * operation returns.
 * @throws ShapeError if an axis does not exist
 */
export function logSumExp(x: Tensor, options: ReduceOptions = {}): Tensor {
  const reduced = reducedBy("logSumExp", x, options, FLOATS);
  if (x.size > 0 || sizeOf(reduced.shape) === 0) return logOfSum({ x }, reduced).y;
  const nothing = new Float32Array(sizeOf(reduced.shape)).fill(Number.NEGATIVE_INFINITY);
  return tensor(nothing, { shape: reduced.shape, dtype: x.dtype, allowNonFinite: true });
}
