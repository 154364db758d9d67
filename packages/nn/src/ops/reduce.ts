import { reduceMax, reduceMaxBackward, reduceSum, reductionDims } from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import { elementwise, run, view } from "../graph/run";
import { FLOATS } from "../tensor/dtype";
import { expectDType, resolveAxis, type Shape, sizeOf } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";

/** Which axes `sum`, `mean` and `max` reduce, and what becomes of them. */
export interface ReduceOptions {
  /** Axes to reduce, −1 being the last; all of them when absent. */
  axes?: readonly number[];
  /** Whether a reduced axis stays, with extent 1. */
  keepDims?: boolean;
}

interface Attributes {
  readonly axes: readonly number[];
  /** Of the result, with reduced axes as 1. */
  readonly kept: Shape;
  /** Of the result as asked for. */
  readonly shape: Shape;
  readonly mean: boolean;
}

const total = defineOp<{ x: Tensor }, Attributes, { out: Tensor }, { x: Tensor }>({
  name: "sum",
  forward({ x }, { axes, shape, mean }) {
    const { dims, options } = reductionDims(x.shape, axes);
    const call = { dims, options: { ...options, mean }, shapes: { out: shape }, dtypes: { out: x.dtype } };
    const { out } = run(reduceSum, { x }, call);
    return { out: { out }, saved: { x } };
  },
  // Every element of a sum passes its gradient to all that it summed; a mean passes 1/n of it.
  backward({ out: d }, { x }, _, { kept, mean }) {
    if (!d) return {};
    const spread = elementwise("identity", [view(d, kept)], x.shape);
    return { x: mean ? elementwise("mul", [spread, sizeOf(kept) / x.size]) : spread };
  },
});

const largest = defineOp<{ x: Tensor }, Attributes, { out: Tensor }, { x: Tensor; index: Tensor }>({
  name: "max",
  forward({ x }, { axes, shape }) {
    const shapes = { out: shape, index: shape };
    const { out, index } = run(
      reduceMax,
      { x },
      { ...reductionDims(x.shape, axes), shapes, outputs: ["out", "index"], dtypes: { out: x.dtype } },
    );
    return { out: { out }, saved: { x, index } };
  },
  // The gradient goes to the first of the largest.
  backward({ out: dOut }, { x, index }, _, { axes }) {
    if (!dOut) return {};
    const call = { ...reductionDims(x.shape, axes), shapes: { dx: x.shape }, dtypes: { dx: x.dtype } };
    return { x: run(reduceMaxBackward, { dOut, index }, call).dx };
  },
});

/** Σ over axes, added in f32 and of the dtype of x. @throws ShapeError if an axis does not exist */
export const sum = (x: Tensor, options: ReduceOptions = {}): Tensor =>
  total({ x }, attributes("sum", x, options, false)).out;
/** The mean over axes. @throws ShapeError if an axis does not exist @throws ValueError if there is nothing to average */
export const mean = (x: Tensor, options: ReduceOptions = {}): Tensor =>
  total({ x }, attributes("mean", x, options, true)).out;
/** The largest over axes; its gradient goes to the first of the largest. */
export const max = (x: Tensor, options: ReduceOptions = {}): Tensor =>
  largest({ x }, attributes("max", x, options, false)).out;

/** Index of the largest along one axis, the lowest at a tie, as u32. */
export function argmax(x: Tensor, axis = -1): Tensor {
  const { axes, shape } = attributes("argmax", x, { axes: [axis] }, false);
  return run(reduceMax, { x }, { ...reductionDims(x.shape, axes), shapes: { index: shape }, outputs: ["index"] }).index;
}

function attributes(
  where: string,
  x: Tensor,
  { axes: given, keepDims = false }: ReduceOptions,
  mean: boolean,
): Attributes {
  expectDType(where, { x }, ...FLOATS);
  const axes = (given ?? x.shape.map((_, axis) => axis)).map((axis) => resolveAxis(where, axis, x.rank));
  const kept = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  return { axes, kept, shape: keepDims ? kept : x.shape.filter((_, axis) => !axes.includes(axis)), mean };
}
