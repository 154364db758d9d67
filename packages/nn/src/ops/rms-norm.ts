import { layerNormParameterGradients, rmsNormBackward, rmsNorm as rmsNormKernel, ShapeError } from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import { fill, run } from "../graph/run";
import { FLOATS } from "../tensor/dtype";
import { expectKnown } from "../tensor/known-options";
import { type Scalar, scalar } from "../tensor/scalar";
import { expectDType, expectShape, formatShape, sizeOf } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { expectEpsilon } from "./options";

type Inputs = { readonly x: Tensor; readonly weight: Tensor | undefined };

interface Attributes {
  readonly epsilon: Scalar;
  readonly R: number;
  readonly D: number;
  /** Rows are those of B batch rows, walked one after another, so that longer padding changes no bit. */
  readonly B: number;
}

const normalise = defineOp<Inputs, Attributes, { y: Tensor }, Inputs & { inverseRoot: Tensor }>({
  name: "rmsNorm",
  forward(inputs, { epsilon, R, D }) {
    const { x, weight: gamma } = inputs;
    const call = { dims: { R, D }, scalars: { epsilon }, shapes: { y: x.shape }, dtypes: { y: x.dtype } };
    const { y, inverseRoot } = run(rmsNormKernel, { x, gamma }, call);
    return { out: { y }, saved: { ...inputs, inverseRoot } };
  },
  backward({ y: dy }, { x, weight, inverseRoot }, needs, { R, D, B }) {
    if (!dy) return {};
    const gradients: { x?: Tensor; weight?: Tensor } = {};
    if (needs.has("x")) {
      const call = { dims: { R, D }, shapes: { dx: x.shape }, dtypes: { dx: x.dtype } };
      gradients.x = run(rmsNormBackward, { x, gamma: weight, inverseRoot, dy }, call).dx;
    }
    if (weight && needs.has("weight")) {
      // dγ = Σ dy·x·ρ: that of a layer normalisation whose means are 0
      const inputs = { x, mean: fill(0, [R]), inverseDeviation: inverseRoot, dy };
      const call = { dims: { B, T: R / Math.max(1, B), D }, shapes: { dGamma: weight.shape } };
      gradients.weight = run(layerNormParameterGradients, inputs, call).dGamma;
    }
    return gradients;
  },
});

export interface RMSNormOptions {
  /** γ, of the normalised shape. */
  weight?: Tensor | undefined;
  /** 2⁻²³ by default. */
  epsilon?: number;
  /** How many of the last axes are normalised together; 1 by default. */
  axes?: number;
}

/**
 * y = x/√(mean of x² + ε)·γ over the last axes (Zhang & Sennrich 2019). y has the dtype of x. ε is that of PyTorch,
 * the distance from 1 to the next number of f32.
 * @throws ShapeError if γ has not the normalised shape
 * @throws ValueError if `epsilon` is negative or not finite
 */
export function rmsNorm(x: Tensor, options: RMSNormOptions = {}): Tensor {
  const { weight, epsilon = 2 ** -23, axes = 1 } = expectKnown("rmsNorm", options, ["weight", "epsilon", "axes"]);
  const where = "rmsNorm";
  expectDType(where, { x, ...(weight ? { weight } : {}) }, ...FLOATS);
  expectEpsilon(where, { epsilon });
  if (!(Number.isInteger(axes) && axes >= 1 && axes <= x.rank)) {
    throw new ShapeError({ where, what: "x", expected: `of at least ${axes} axes`, received: formatShape(x.shape) });
  }
  const normalised = x.shape.slice(x.rank - axes);
  if (weight) expectShape(where, { weight }, normalised);
  const [R, D] = [sizeOf(x.shape.slice(0, x.rank - axes)), sizeOf(normalised)];
  const B = x.rank - axes > 1 ? (x.shape[0] as number) : R;
  return normalise({ x, weight }, { epsilon: scalar(epsilon), R, D, B }).y;
}
