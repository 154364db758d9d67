import { ShapeError } from "@unroll/kernels";
import { FLOATS } from "../tensor/dtype";
import { refuseValue } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import { expectDType, expectShape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { add, mul } from "./arithmetic";
import { cast } from "./elementwise";
import { layerNorm } from "./layer-norm";
import { reshape } from "./reshape";

export interface GroupNormOptions {
  /** γ [C]. */
  weight?: Tensor | undefined;
  /** β [C]. */
  bias?: Tensor | undefined;
  /** 1e-5 by default. */
  epsilon?: number;
}

/**
 * Groups of neighbouring channels normalised each by its own mean and variance, image by image (Wu & He 2018):
 *   y = (x − μ)/√(σ² + ε)·γ + β,   μ and σ² over a group's channels and all pixels, γ and β of each channel
 * One group is layer normalisation of whole images, a group for each channel instance normalisation.
 * @param x [N, C, ...]
 * @returns of the shape and dtype of x
 * @throws ShapeError if the groups do not divide the channels, or γ or β are not [C]
 * @throws ValueError if `groups` is not a positive whole number, or `epsilon` is negative or not finite
 */
export function groupNorm(x: Tensor, groups: number, options: GroupNormOptions = {}): Tensor {
  const { weight, bias, epsilon = 1e-5 } = expectKnown("groupNorm", options, ["weight", "bias", "epsilon"]);
  const where = "groupNorm";
  expectDType(where, { x, ...(weight ? { weight } : {}), ...(bias ? { bias } : {}) }, ...FLOATS);
  if (x.rank < 2) expectShape(where, { x }, ["N", "C", "..."]);
  const [N, C, ...pixels] = x.shape as [number, number, ...number[]];
  expectGroupsOf(where, C, groups);
  for (const [what, parameter] of Object.entries({ weight, bias })) {
    if (parameter) expectShape(where, { [what]: parameter }, [C]);
  }
  const inGroups = reshape(x, [N, groups, N === 0 ? 0 : x.size / (N * groups)]);
  let y = reshape(layerNorm(inGroups, { epsilon }).y, x.shape);
  const beside = [C, ...pixels.map(() => 1)];
  if (weight) y = mul(y, reshape(weight, beside));
  if (bias) y = add(y, reshape(bias, beside));
  return y.dtype === x.dtype ? y : cast(y, x.dtype);
}

/** @throws ValueError, ShapeError unless `groups` is a whole number that divides the channels */
export function expectGroupsOf(where: string, channels: number, groups: number): void {
  if (!(Number.isInteger(groups) && groups > 0)) {
    refuseValue(where, { groups }, "a positive whole number");
  }
  if (channels % groups === 0) return;
  throw new ShapeError({
    where,
    what: "the channels",
    expected: `divisible by groups = ${groups}`,
    received: String(channels),
  });
}

/** Each channel of each image normalised by itself (Ulyanov et al. 2016): `groupNorm` with a group for each channel. */
export function instanceNorm(x: Tensor, options: GroupNormOptions = {}): Tensor {
  if (x.rank < 2) expectShape("instanceNorm", { x }, ["N", "C", "..."]);
  return groupNorm(x, x.shape[1] as number, options);
}
