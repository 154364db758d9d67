import { splitParts } from "@unroll/kernels";
import { run, view } from "../graph/run";
import { type Shape, sizeOf } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";

/** Elements of any dtype that fill the 256 bytes at which every device can bind an array. */
const ALIGN = 128;

/**
 * The `count` equal parts of x along an axis, with no record of where they came from: one kernel call lays them apart so
 * that each can be read where it lies. Parts that lie so already take none.
 * @param shape of a part, where it is to be other than that of x with a shorter axis
 */
export function partsOf(x: Tensor, axis: number, count: number, shape = partShape(x.shape, axis, count)): Tensor[] {
  const outer = sizeOf(x.shape.slice(0, axis));
  const inner = sizeOf(x.shape.slice(axis)) / count;
  const isInPlace = outer === 1 && inner % ALIGN === 0;
  const pitch = isInPlace ? inner : Math.ceil((outer * inner) / ALIGN) * ALIGN;
  const apart = isInPlace
    ? x
    : run(
        splitParts,
        { x },
        { dims: { outer, n: count, inner, pitch }, shapes: { parts: [count, pitch] }, dtypes: { parts: x.dtype } },
      ).parts;
  return Array.from({ length: count }, (_, k) => view(apart, shape, k * pitch));
}

/** The shape of x with one axis as long as a part of it. */
export function partShape(shape: Shape, axis: number, count: number): Shape {
  return shape.map((extent, other) => (other === axis ? extent / count : extent));
}
