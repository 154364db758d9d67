import {
  layerNormBackward,
  layerNorm as layerNormKernel,
  layerNormParameterGradients,
  ShapeError,
  UnsupportedError,
} from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import { run } from "../graph/run";
import { FLOATS } from "../tensor/dtype";
import { expectKnown } from "../tensor/known-options";
import { type Scalar, scalar } from "../tensor/scalar";
import { expectDType, expectShape, formatShape, type Shape, sizeOf } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { expectEpsilon } from "./options";

type Inputs = { readonly x: Tensor; readonly weight: Tensor | undefined; readonly bias: Tensor | undefined };
type Outputs = { readonly y: Tensor; readonly mean: Tensor; readonly inverseDeviation: Tensor };

interface Attributes {
  readonly epsilon: Scalar;
  /** How many of the last axes are normalised together. */
  readonly axes: number;
  readonly R: number;
  readonly D: number;
  /** Rows are those of B batch rows, walked one after another, so that longer padding changes no bit. */
  readonly B: number;
  /** Of mean and inverseDeviation: normalised axes as 1. */
  readonly statistics: Shape;
}

const normalise = defineOp<Inputs, Attributes, Outputs, Inputs & Omit<Outputs, "y">>({
  name: "layerNorm",
  forward(inputs, { epsilon, R, D, statistics }) {
    const { x, weight: gamma, bias: beta } = inputs;
    const { y, mean, inverseDeviation } = run(
      layerNormKernel,
      { x, gamma, beta },
      {
        dims: { R, D },
        scalars: { epsilon },
        shapes: { y: x.shape, mean: statistics, inverseDeviation: statistics },
        dtypes: { y: x.dtype },
      },
    );
    return { out: { y, mean, inverseDeviation }, saved: { ...inputs, mean, inverseDeviation } };
  },
  backward(d, { x, weight, bias, mean, inverseDeviation }, needs, { R, D, B }) {
    if (d.mean || d.inverseDeviation) {
      throw new UnsupportedError({
        where: "layerNorm",
        what: "its mean and inverseDeviation have no derivative",
        remedy: "Compute the statistics that a loss needs with mean, or cut them off with detach.",
      });
    }
    const dy = d.y;
    if (!dy) return {};
    const gradients: { x?: Tensor; weight?: Tensor | undefined; bias?: Tensor | undefined } = {};
    if (needs.has("x")) {
      const inputs = { x, gamma: weight, mean, inverseDeviation, dy };
      const call = { dims: { R, D }, shapes: { dx: x.shape }, dtypes: { dx: x.dtype } };
      gradients.x = run(layerNormBackward, inputs, call).dx;
    }
    if (needs.has("weight") || needs.has("bias")) {
      const shape = (weight ?? bias)?.shape ?? [D];
      const { dGamma, dBeta } = run(
        layerNormParameterGradients,
        { x, mean, inverseDeviation, dy },
        { dims: { B, T: R / Math.max(1, B), D }, shapes: { dGamma: shape, dBeta: shape } },
      );
      gradients.weight = weight && dGamma;
      gradients.bias = bias && dBeta;
    }
    return gradients;
  },
});

export interface LayerNormOptions {
  /** γ, of the normalised shape. */
  weight?: Tensor | undefined;
  /** β, of the normalised shape. */
  bias?: Tensor | undefined;
  /** 1e-5 by default. */
  epsilon?: number;
  /** How many of the last axes are normalised together; 1 by default. */
  axes?: number;
}

/**
 * y = (x − μ)/√(σ² + ε)·γ + β over the last axes (Ba, Kiros & Hinton 2016), with the statistics it used, in f32, through which
 * no gradient flows. y has the dtype of x.
 * @throws ShapeError if γ or β have not the normalised shape
 * @throws ValueError if `epsilon` is negative or not finite
 * @throws UnsupportedError if a gradient is asked for through mean or inverseDeviation
 */
export function layerNorm(x: Tensor, options: LayerNormOptions = {}): Outputs {
  expectKnown("layerNorm", options, ["weight", "bias", "epsilon", "axes"]);
  const { weight, bias, epsilon = 1e-5, axes = 1 } = options;
  expectDType("layerNorm", { x, ...(weight ? { weight } : {}), ...(bias ? { bias } : {}) }, ...FLOATS);
  expectEpsilon("layerNorm", { epsilon });
  if (!(Number.isInteger(axes) && axes >= 1 && axes <= x.rank)) {
    throw new ShapeError({
      where: "layerNorm",
      what: "x",
      expected: `of at least ${axes} axes`,
      received: formatShape(x.shape),
    });
  }
  const normalised = x.shape.slice(x.rank - axes);
  for (const [what, parameter] of Object.entries({ weight, bias })) {
    if (parameter) expectShape("layerNorm", { [what]: parameter }, normalised);
  }
  const D = sizeOf(normalised);
  const statistics = x.shape.map((extent, axis) => (axis < x.rank - axes ? extent : 1));
  const R = sizeOf(statistics);
  const B = x.rank - axes > 1 ? (x.shape[0] as number) : R;
  return normalise({ x, weight, bias }, { epsilon: scalar(epsilon), axes, R, D, B, statistics });
}
