import { ShapeError } from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import { view } from "../graph/run";
import { expectTensor } from "../tensor/kind";
import { expectExtents, formatShape, isShape, type Shape, sameShape, sizeOf } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";

const reshaped = defineOp<{ x: Tensor }, { shape: Shape }, { y: Tensor }, { x: Tensor }>({
  name: "reshape",
  forward: ({ x }, { shape }) => ({ out: { y: view(x, shape) }, saved: { x } }),
  backward: ({ y: dy }, { x }) => (dy ? { x: view(dy, x.shape) } : {}),
});

/**
 * The same elements under another shape; no copy. One extent may be −1: it is what the others leave.
 * @throws ShapeError if the number of elements differs
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  expectTensor("reshape", "x", x);
  expectExtents("reshape", shape, -1);
  const known = shape.reduce((size, extent) => (extent === -1 ? size : size * extent), 1);
  const resolved = shape.map((extent) => (extent === -1 ? x.size / known : extent));
  if (!isShape(resolved) || sizeOf(resolved) !== x.size || shape.filter((extent) => extent === -1).length > 1) {
    throw new ShapeError({
      where: "reshape",
      what: "the shape",
      expected: `of ${x.size} elements, as ${formatShape(x.shape)} has`,
      received: formatShape(shape),
    });
  }
  return sameShape(resolved, x.shape) ? x : reshaped({ x }, { shape: resolved }).y;
}
