import { ShapeError } from "@unroll/kernels";
import { div, equal, maximum, mul, sub, where } from "../ops/arithmetic";
import { cast, sqrt, square } from "../ops/elementwise";
import { sum } from "../ops/reduce";
import { FLOATS } from "../tensor/dtype";
import { expectKnown } from "../tensor/known-options";
import { expectDType, expectShape, formatShape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { counted, expectMask, expectReduction, expectSome, type LossOptions, reduced } from "./reduction";

/** Lengths below this count as this much, so that a vector of zeros is similar to none and has a finite gradient. */
const SHORTEST = 1e-8;

/**
 * The cosine of the angle between vectors along the last axis: a·b / (|a|·|b|), each length at least 1e-8.
 * @param a [..., D]
 * @param b [..., D]
 * @returns [...] in f32
 * @throws ShapeError if shapes differ
 */
export function cosineSimilarity(a: Tensor, b: Tensor): Tensor {
  expectDType("cosineSimilarity", { a, b }, ...FLOATS);
  if (a.rank === 0) {
    throw new ShapeError({ where: "cosineSimilarity", what: "a", expected: "[..., D]", received: formatShape([]) });
  }
  expectShape("cosineSimilarity", { b }, a.shape, "Both have one shape.");
  const [x, y] = [cast(a, "f32"), cast(b, "f32")];
  // held before the root, whose slope at 0 is infinite
  const length = (v: Tensor): Tensor => sqrt(maximum(sum(square(v), { axes: [-1] }), SHORTEST ** 2));
  return div(sum(mul(x, y), { axes: [-1] }), mul(length(x), length(y)));
}

/**
 * Loss of pairs of vectors that should be alike (y = 1) or not (y = −1): 1 − cos(a, b), or max(0, cos(a, b) − margin),
 * as in PyTorch.
 * @param a [..., D]
 * @param b [..., D]
 * @param target y [...], 1 or −1
 * @param options.margin from −1 to 1, 0 by default
 * @throws ShapeError if shapes differ
 */
export function cosineEmbeddingLoss(
  a: Tensor,
  b: Tensor,
  target: Tensor,
  options: LossOptions & { margin?: number } = {},
): Tensor {
  const name = "cosineEmbeddingLoss";
  const { margin = 0 } = expectKnown(name, options, ["reduction", "mask", "margin"]);
  expectReduction(name, options);
  expectDType(name, { a, b }, ...FLOATS);
  expectDType(name, { target }, "i32", ...FLOATS);
  expectShape(name, { target }, a.shape.slice(0, -1), `One target for each vector of a ${formatShape(a.shape)}.`);
  expectSome(name, a);
  const { mask } = options;
  if (mask) expectMask(name, mask, target.shape);
  const cosine = cosineSimilarity(counted(name, a, mask), counted(name, b, mask));
  return reduced(name, where(equal(target, 1), sub(1, cosine), maximum(sub(cosine, margin), 0)), options);
}
