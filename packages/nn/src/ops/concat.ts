import { concat as concatKernel, ShapeError, ValueError } from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import { run } from "../graph/run";
import { formatShape, resolveAxis, sizeOf } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { cutOut } from "./slice";

const pair = defineOp<{ a: Tensor; b: Tensor }, { axis: number }, { joined: Tensor }, { a: Tensor; b: Tensor }>({
  name: "concat",
  forward({ a, b }, { axis }) {
    const inner = sizeOf(a.shape.slice(axis + 1));
    const [extentA, extentB] = [a.shape[axis] as number, b.shape[axis] as number];
    const dims = { outer: sizeOf(a.shape.slice(0, axis)), na: extentA * inner, nb: extentB * inner };
    const shape = a.shape.map((extent, other) => (other === axis ? extentA + extentB : extent));
    const { joined } = run(concatKernel, { a, b }, { dims, shapes: { joined: shape }, dtypes: { joined: a.dtype } });
    return { out: { joined }, saved: { a, b } };
  },
  backward({ joined: d }, { a }, _, { axis }) {
    if (!d) return {};
    const middle = a.shape[axis] as number;
    const end = d.shape[axis] as number;
    return { a: cutOut(d, { axis, start: 0, end: middle }), b: cutOut(d, { axis, start: middle, end }) };
  },
});

/**
 * Tensors end to end along one axis; all other extents are equal.
 * @throws ShapeError if they are not
 * @throws ValueError if there are no tensors
 */
export function concat(tensors: readonly Tensor[], axis: number): Tensor {
  const [first, ...rest] = tensors;
  if (!first)
    throw new ValueError({ where: "concat", what: "the tensors", expected: "at least one", received: "none" });
  const at = resolveAxis("concat", axis, first.rank);
  let joined = first;
  for (const [index, next] of rest.entries()) {
    const fits =
      next.rank === first.rank && next.shape.every((extent, other) => other === at || extent === first.shape[other]);
    if (!fits || next.dtype !== first.dtype) {
      throw new ShapeError({
        where: "concat",
        what: `tensor ${index + 1}`,
        expected: `${first.dtype} ${formatShape(first.shape.map((extent, other) => (other === at ? "any" : extent)))}`,
        received: `${next.dtype} ${formatShape(next.shape)}`,
      });
    }
    joined = pair({ a: joined, b: next }, { axis: at }).joined;
  }
  return joined;
}
