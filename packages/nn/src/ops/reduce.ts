import { reduceMax, reduceMaxBackward, reduceSum, reductionDims } from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import { numberType } from "../graph/node";
import { elementwise, run, view } from "../graph/run";
import { type DType, FLOATS } from "../tensor/dtype";
import { expectKnown } from "../tensor/known-options";
import { expectDType, resolveAxis, type Shape, sizeOf } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";

/** Which axes a reduction runs over, and what becomes of them. */
export interface ReduceOptions {
  /** Axis or axes to reduce, −1 being the last; all of them when absent. */
  axes?: number | readonly number[];
  /** Whether a reduced axis stays, with extent 1; false by default. */
  keepDims?: boolean;
}

/** `ReduceOptions` worked out for one tensor. */
export interface Reduced {
  readonly axes: readonly number[];
  /** Of the result, with reduced axes as 1. */
  readonly kept: Shape;
  /** Of the result as asked for. */
  readonly shape: Shape;
}

const total = defineOp<{ x: Tensor }, Reduced & { mean: boolean }, { out: Tensor }, { x: Tensor }>({
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

const NUMBERS = ["f32", "f16", "i32", "u32"] as const;

const extreme = defineOp<{ x: Tensor }, Reduced & { smallest: boolean }, { out: Tensor }, { x: Tensor; index: Tensor }>(
  {
    name: "max",
    forward({ x }, { axes, shape, smallest }) {
      const { dims, options } = reductionDims(x.shape, axes);
      const { out, index } = run(
        reduceMax,
        { x },
        {
          dims,
          options: { ...options, smallest, type: numberType(x.dtype) },
          shapes: { out: shape, index: shape },
          outputs: ["out", "index"],
          dtypes: { out: x.dtype },
        },
      );
      return { out: { out }, saved: { x, index } };
    },
    // The gradient goes to the first of equals.
    backward({ out: dOut }, { x, index }, _, { axes }) {
      if (!dOut) return {};
      const call = { ...reductionDims(x.shape, axes), shapes: { dx: x.shape }, dtypes: { dx: x.dtype } };
      return { x: run(reduceMaxBackward, { dOut, index }, call).dx };
    },
  },
);

/** Σ over axes, added in f32 and of the dtype of x. @throws ShapeError if an axis does not exist */
export const sum = (x: Tensor, options: ReduceOptions = {}): Tensor =>
  total({ x }, { ...reducedBy("sum", x, options, FLOATS), mean: false }).out;
/** The mean over axes. @throws ShapeError if an axis does not exist @throws ValueError if there is nothing to average */
export const mean = (x: Tensor, options: ReduceOptions = {}): Tensor =>
  total({ x }, { ...reducedBy("mean", x, options, FLOATS), mean: true }).out;
/** The largest over axes; its gradient goes to the first of the largest. @throws ValueError if there is none */
export const max = (x: Tensor, options: ReduceOptions = {}): Tensor =>
  extreme({ x }, { ...reducedBy("max", x, options, NUMBERS), smallest: false }).out;
/** The smallest over axes; its gradient goes to the first of the smallest. @throws ValueError if there is none */
export const min = (x: Tensor, options: ReduceOptions = {}): Tensor =>
  extreme({ x }, { ...reducedBy("min", x, options, NUMBERS), smallest: true }).out;

export interface IndexOptions {
  /** Whether the axis stays, with extent 1; false by default. */
  keepDims?: boolean;
  /** Whether the highest index is taken at a tie in place of the lowest; false by default. */
  last?: boolean;
}

/** Index of the largest along one axis, by default the last; the lowest at a tie, as u32. */
export const argmax = (x: Tensor, axis = -1, options: IndexOptions = {}): Tensor =>
  indexOf("argmax", x, axis, options, false);
/** Index of the smallest along one axis, by default the last; the lowest at a tie, as u32. */
export const argmin = (x: Tensor, axis = -1, options: IndexOptions = {}): Tensor =>
  indexOf("argmin", x, axis, options, true);

const place = defineOp<{ x: Tensor }, Reduced & { smallest: boolean; last: boolean }, { index: Tensor }, null>({
  name: "argmax",
  forward({ x }, { axes, shape, smallest, last }) {
    const { dims, options } = reductionDims(x.shape, axes);
    const extreme = { smallest, last, type: numberType(x.dtype) };
    const call = { dims, options: { ...options, ...extreme }, shapes: { index: shape }, outputs: ["index"] as const };
    return { out: { index: run(reduceMax, { x }, call).index }, saved: null };
  },
  backward: () => ({}), // whole numbers have no gradient
});

function indexOf(where: string, x: Tensor, axis: number, options: IndexOptions, smallest: boolean): Tensor {
  expectKnown(where, options, ["keepDims", "last"]);
  const { keepDims = false, last = false } = options;
  const reduced = reducedBy(where, x, { axes: [axis], keepDims }, NUMBERS);
  return place({ x }, { ...reduced, smallest, last }).index;
}

/**
 * What a reduction of x over axes gives.
 * @throws DTypeError if x is of none of `dtypes`
 * @throws ShapeError if an axis does not exist
 * @throws ValueError if an option is unknown
 */
export function reducedBy(where: string, x: Tensor, options: ReduceOptions, dtypes: readonly DType[]): Reduced {
  expectDType(where, { x }, ...dtypes);
  expectKnown(where, options, ["axes", "keepDims"]);
  const { axes: given = x.shape.map((_, axis) => axis), keepDims = false } = options;
  const axes = [given].flat().map((axis) => resolveAxis(where, axis, x));
  const kept = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  return { axes, kept, shape: keepDims ? kept : x.shape.filter((_, axis) => !axes.includes(axis)) };
}
