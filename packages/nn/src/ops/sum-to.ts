import { reduceSum, reductionDims } from "@unroll/kernels";
import { run } from "../graph/run";
import { type Shape, sameShape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";

/** The gradient of a broadcast: sums the axes along which an array of `shape` was repeated. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const added = x.rank - shape.length;
  const axes = x.shape.flatMap((extent, axis) =>
    axis < added || (shape[axis - added] === 1 && extent !== 1) ? [axis] : [],
  );
  return run(reduceSum, { x }, { ...reductionDims(x.shape, axes), shapes: { out: shape }, dtypes: { out: x.dtype } })
    .out;
}
