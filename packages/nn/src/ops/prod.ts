import { reduceProduct, reduceSum, reductionDims } from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import { elementwise, run, view } from "../graph/run";
import { FLOATS } from "../tensor/dtype";
import type { Tensor } from "../tensor/tensor";
import { productSlope, withoutZeros, zeroOrOne } from "./product-slope";
import { type Reduced, type ReduceOptions, reducedBy } from "./reduce";

const product = defineOp<{ x: Tensor }, Reduced, { y: Tensor }, { x: Tensor }>({
  name: "prod",
  forward({ x }, { axes, shape }) {
    const call = { ...reductionDims(x.shape, axes), shapes: { out: shape }, dtypes: { out: x.dtype } };
    return { out: { y: run(reduceProduct, { x }, call).out }, saved: { x } };
  },
  // dx = dy times the product of the other factors
  backward({ y: dy }, { x }, _, { axes, kept }) {
    if (!dy) return {};
    const call = { ...reductionDims(x.shape, axes), shapes: { out: kept } };
    const zeros = run(reduceSum, { x: zeroOrOne(x) }, call).out;
    const nonzero = run(reduceProduct, { x: withoutZeros(x) }, call).out;
    const slope = productSlope(x, zeros, nonzero);
    return { x: elementwise("mul", [view(dy, kept), slope], x.shape, x.dtype === "f16" ? "f16" : "f32") };
  },
});

/** Π over axes, in order; 1 of nothing. @throws ShapeError if an axis does not exist */
export const prod = (x: Tensor, options: ReduceOptions = {}): Tensor =>
  product({ x }, reducedBy("prod", x, options, FLOATS)).y;
