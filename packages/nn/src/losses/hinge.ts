import { maximum, mul, sub } from "../ops/arithmetic";
import type { Tensor } from "../tensor/tensor";
import { checkPair, type LossOptions, reduced } from "./reduction";

/**
 * Hinge loss of scores x against signs y: max(0, margin − y·x)      (Cortes & Vapnik 1995)
 * @param input scores of any shape
 * @param target 1 or −1 for each
 * @param options.margin how far on the right side a score should be; 1 by default
 * @throws ShapeError if shapes differ
 */
export function hingeLoss(input: Tensor, target: Tensor, options: LossOptions & { margin?: number } = {}): Tensor {
  const [x, y] = checkPair("hingeLoss", input, target, options, ["margin"]);
  const { margin = 1 } = options;
  return reduced("hingeLoss", maximum(sub(margin, mul(x, y)), 0), options);
}
