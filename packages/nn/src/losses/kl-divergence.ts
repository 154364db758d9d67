import { div, greater, mul, sub, where } from "../ops/arithmetic";
import { exp, log } from "../ops/elementwise";
import { expectOneOf } from "../ops/options";
import { sum } from "../ops/reduce";
import { expectKnown } from "../tensor/known-options";
import { sizeOf } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { checkPair, reduced } from "./reduction";

export interface KlDivOptions {
  /** Whether the target is logarithms too; false by default. */
  logTarget?: boolean;
  /**
   * `batchMean`, the default, sums over the last axis and averages over the others: the divergence itself. `mean` divides
   * by the number of elements, as PyTorch does by default.
   */
  reduction?: "batchMean" | "mean" | "sum" | "none";
}

/**
 * Kullback–Leibler divergence of the target's distribution y from the one whose logarithms are the input x:
 *   KL(y ‖ eˣ) = Σ y·(ln y − x),   0 where y is 0      (Kullback & Leibler 1951)
 * @param input log-probabilities [..., V], such as `logSoftmax` makes
 * @param target probabilities [..., V], or their logarithms with `logTarget`
 * @throws ShapeError if shapes differ
 */
export function klDivLoss(input: Tensor, target: Tensor, options: KlDivOptions = {}): Tensor {
  const { logTarget = false, reduction = "batchMean" } = expectKnown("klDivLoss", options, ["logTarget", "reduction"]);
  expectOneOf("klDivLoss", { reduction }, ["batchMean", "mean", "sum", "none"]);
  const [x, y] = checkPair("klDivLoss", input, target, {});
  const losses = mul(logTarget ? exp(y) : y, sub(logTarget ? y : logOrZero(y), x));
  if (reduction !== "batchMean") return reduced("klDivLoss", losses, { reduction });
  return div(sum(losses), Math.max(1, sizeOf(x.shape.slice(0, -1))));
}

/** ln y, and 0 where y is 0: what it is multiplied by is 0 there. */
function logOrZero(y: Tensor): Tensor {
  const isPositive = greater(y, 2 ** -126);
  return log(where(isPositive, y, 1));
}
