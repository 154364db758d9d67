import { elementwise } from "../graph/run";
import type { Tensor } from "../tensor/tensor";

/** Whether a factor is 0, as a number. */
export const zeroOrOne = (factor: Tensor): Tensor =>
  elementwise("toF32", [elementwise("equal", [factor, 0])], factor.shape, "f32");

/** A factor, with 1 in place of 0. */
export const withoutZeros = (factor: Tensor): Tensor =>
  elementwise("where", [elementwise("equal", [factor, 0]), 1, factor]);

/**
 * ∂p/∂a of a product p with a factor a: the product of its other factors. It is Π/a of the factors that are not 0 where
 * none of the others is 0, else 0; so no quotient by 0 is ever formed.
 * @param zeros how many factors are 0
 * @param nonzero the product of those that are not
 */
export function productSlope(factor: Tensor, zeros: Tensor, nonzero: Tensor): Tensor {
  const others = elementwise("sub", [zeros, zeroOrOne(factor)]);
  const product = elementwise("div", [nonzero, withoutZeros(factor)]);
  return elementwise("where", [elementwise("equal", [others, 0]), product, 0]);
}
