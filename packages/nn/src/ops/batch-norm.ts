import {
  batchNormBackward,
  batchNormGradients,
  batchNorm as batchNormKernel,
  batchNormStatistics,
  UnsupportedError,
} from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import { run } from "../graph/run";
import { FLOATS } from "../tensor/dtype";
import { expectKnown } from "../tensor/known-options";
import { type Scalar, scalar } from "../tensor/scalar";
import { expectDType, expectShape, type Shape, sizeOf } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { cast } from "./elementwise";
import { expectEpsilon } from "./options";
import { sum } from "./reduce";

type Inputs = { readonly x: Tensor; readonly weight: Tensor | undefined; readonly bias: Tensor | undefined };
type Outputs = { readonly y: Tensor; readonly mean: Tensor; readonly variance: Tensor };

interface Attributes {
  readonly channels: "first" | "last";
  readonly dims: { readonly N: number; readonly P: number; readonly C: number };
  readonly epsilon: Scalar;
  readonly lengths: Tensor | undefined;
}

const normalise = defineOp<Inputs, Attributes, Outputs, Inputs & { normaliser: Tensor }>({
  name: "batchNorm",
  forward(inputs, { channels, dims, epsilon, lengths }) {
    const { x, weight: gamma, bias: beta } = inputs;
    const options = { channels };
    const statistics = run(batchNormStatistics, { x, lengths }, { dims, options, scalars: { epsilon } });
    const { mean, variance, normaliser } = statistics;
    const call = { dims, options, shapes: { y: x.shape }, dtypes: { y: x.dtype } };
    const { y } = run(batchNormKernel, { x, normaliser, gamma, beta, lengths }, call);
    return { out: { y, mean, variance }, saved: { ...inputs, normaliser } };
  },
  // dγ = Σ dy·n,   dβ = Σ dy,   dx = γ·ρ·(dy − (dβ + n·dγ)/count) with n = (x − μ)·ρ
  backward(d, { x, weight, bias, normaliser }, needs, { channels, dims, lengths }) {
    if (d.mean || d.variance) {
      throw new UnsupportedError({
        where: "batchNorm",
        what: "its mean and variance have no derivative",
        remedy: "Compute the statistics that a loss needs with mean, or cut them off with detach.",
      });
    }
    const dy = d.y;
    if (!dy) return {};
    const options = { channels };
    const { dGamma, dBeta, shares } = run(batchNormGradients, { x, dy, normaliser, lengths }, { dims, options });
    const gradients: { x?: Tensor; weight?: Tensor | undefined; bias?: Tensor | undefined } = {
      weight: weight && dGamma,
      bias: bias && dBeta,
    };
    if (needs.has("x")) {
      const call = { dims, options, shapes: { dx: x.shape }, dtypes: { dx: x.dtype } };
      gradients.x = run(batchNormBackward, { x, dy, normaliser, shares, gamma: weight, lengths }, call).dx;
    }
    return gradients;
  },
});

export interface BatchNormOptions {
  /** γ [C]. */
  weight?: Tensor | undefined;
  /** β [C]. */
  bias?: Tensor | undefined;
  /** 1e-5 by default. */
  epsilon?: number;
  /**
   * Whether channels are the second axis, as of images [N, C, H, W], or the last, as of sequences [B, T, C]; `first`
   * by default.
   */
  channels?: "first" | "last";
  /** True lengths [B] of the sequences of x [B, T, C], of u32: what lies past them does not count, and gives zeros. */
  lengths?: Tensor | undefined;
}

/**
 * Each channel normalised by its mean and variance over the batch (Ioffe & Szegedy 2015):
 *   y = (x − μ)/√(σ² + ε)·γ + β,   μ and σ² over all but the axis of channels
 * with the statistics that it used, f32 [C], through which no gradient flows, and how many elements each is of. y has
 * the dtype of x.
 * @throws ShapeError if γ or β are not [C], or there is not a length for each row
 * @throws ValueError if `epsilon` is negative or not finite
 */
export function batchNorm(x: Tensor, options: BatchNormOptions = {}): Outputs & { readonly count: Tensor | number } {
  const where = "batchNorm";
  expectKnown(where, options, ["weight", "bias", "epsilon", "channels", "lengths"]);
  const { weight, bias, epsilon = 1e-5, channels = "first", lengths } = options;
  expectDType(where, { x, ...(weight ? { weight } : {}), ...(bias ? { bias } : {}) }, ...FLOATS);
  expectEpsilon(where, { epsilon });
  const { dims } = channelsOf(where, x, channels);
  for (const [what, parameter] of Object.entries({ weight, bias })) {
    if (parameter) expectShape(where, { [what]: parameter }, [dims.C]);
  }
  if (lengths) {
    expectDType(where, { lengths }, "u32");
    expectShape(where, { lengths }, [dims.N], "One length for each row.");
  }
  const out = normalise({ x, weight, bias }, { channels, dims, epsilon: scalar(epsilon), lengths });
  return { ...out, count: lengths ? sum(cast(lengths, "f32")) : dims.N * dims.P };
}

/** Extents of x as the kernels take it, and the shape of a number for each channel beside it. */
export function channelsOf(
  where: string,
  x: Tensor,
  channels: "first" | "last",
): { dims: Attributes["dims"]; wide: Shape } {
  if (x.rank < 2) expectShape(where, { x }, channels === "first" ? ["N", "C", "..."] : ["B", "T", "C"]);
  if (channels === "last") {
    const C = x.shape.at(-1) as number;
    const N = x.shape[0] as number;
    return { dims: { N, P: sizeOf(x.shape.slice(1, -1)), C }, wide: [C] };
  }
  const [N, C, ...pixels] = x.shape as [number, number, ...number[]];
  return { dims: { N, P: sizeOf(pixels), C }, wide: [C, ...pixels.map(() => 1)] };
}
