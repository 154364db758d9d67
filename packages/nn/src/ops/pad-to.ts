import { padDims, padZeros } from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import { run } from "../graph/run";
import { type Shape, sameShape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { cutOut } from "./slice";

const padded = defineOp<{ x: Tensor }, { shape: Shape }, { y: Tensor }, { x: Tensor }>({
  name: "padTo",
  forward({ x }, { shape }) {
    const begin = shape.map(() => 0);
    const call = { ...padDims(shape, begin, x.shape), shapes: { out: shape }, dtypes: { out: x.dtype } };
    return { out: { y: run(padZeros, { x }, call).out }, saved: { x } };
  },
  backward({ y: dy }, { x }) {
    if (!dy) return {};
    const cut = (rest: Tensor, end: number, axis: number): Tensor =>
      end === rest.shape[axis] ? rest : cutOut(rest, { axis, start: 0, end });
    return { x: x.shape.reduce(cut, dy) };
  },
});

/** x at the beginning of an array of `shape`, and zeros behind it. */
export const padTo = (x: Tensor, shape: Shape): Tensor => (sameShape(x.shape, shape) ? x : padded({ x }, { shape }).y);
