import { inverseOrder, permuteDims, stridedCopy, UnsupportedError, ValueError } from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import { run } from "../graph/run";
import { expectTensor } from "../tensor/kind";
import { resolveAxis } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { reshape } from "./reshape";

/** What a tensor made by swapping its last two axes was made of. */
const sources = new WeakMap<Tensor, Tensor>();

const permuted = defineOp<{ x: Tensor }, { order: readonly number[] }, { y: Tensor }, null>({
  name: "permute",
  forward: ({ x }, { order }) => ({ out: { y: copyPermuted(x, order) }, saved: null }),
  backward: ({ y: dy }, _, __, { order }) => (dy ? { x: copyPermuted(dy, inverseOrder(order)) } : {}),
});

/**
 * The axes of x in another order: axis k of the result is axis `order[k]` of x.
 * @throws ValueError if `order` does not name each axis once
 */
export function permute(x: Tensor, order: readonly number[]): Tensor {
  const given = [order].flat(); // JavaScript passes one axis, and others beside it
  const axes = given.map((axis) => resolveAxis("permute", axis, x));
  if (axes.length !== x.rank || new Set(axes).size !== x.rank) {
    const expected = `each of the ${x.rank} axes once`;
    throw new ValueError({ where: "permute", what: "order", expected, received: `[${given.join(", ")}]` });
  }
  if (axes.every((axis, k) => axis === k)) return x;
  const extents = axes.filter((axis) => x.shape[axis] !== 1);
  const isInPlace = extents.every((axis, k) => k === 0 || axis > (extents[k - 1] as number));
  if (isInPlace)
    return reshape(
      x,
      axes.map((axis) => x.shape[axis] as number),
    ); // only axes of extent 1 move
  const { y } = permuted({ x }, { order: axes });
  const last = x.rank - 1;
  const isSwap = axes.every((axis, k) => axis === (k === last ? last - 1 : k === last - 1 ? last : k));
  if (isSwap) sources.set(y, x);
  return y;
}

/** The matrices of x transposed: its last two axes swapped. A matmul reads them where they lie, without a copy. */
export function transpose(x: Tensor): Tensor {
  expectTensor("transpose", "x", x);
  if (x.rank < 2) {
    throw new UnsupportedError({
      where: "transpose",
      what: `a tensor of ${x.rank} axes has no matrices`,
      remedy: "Reshape it to two axes first.",
    });
  }
  const order = x.shape.map((_, axis) => axis);
  [order[x.rank - 2], order[x.rank - 1]] = [x.rank - 1, x.rank - 2];
  return permute(x, order);
}

/** The tensor whose last two axes `x` swaps, if it is one that does and was not computed yet. */
export function swappedSource(x: Tensor): Tensor | undefined {
  return x.storage ? undefined : sources.get(x);
}

function copyPermuted(x: Tensor, order: readonly number[]): Tensor {
  const shape = order.map((axis) => x.shape[axis] as number);
  return run(stridedCopy, { x }, { ...permuteDims(x.shape, order), shapes: { out: shape }, dtypes: { out: x.dtype } })
    .out;
}
