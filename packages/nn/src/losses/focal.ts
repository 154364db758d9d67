import { hostValues } from "../graph/node";
import { elementwise } from "../graph/run";
import { add, defineElementwise, mul, notEqual, where } from "../ops/arithmetic";
import { cast } from "../ops/elementwise";
import { gather } from "../ops/gather";
import { expectAtLeast } from "../ops/options";
import { refuseValue } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import { expectDType } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { type ClassLossOptions, crossEntropy } from "./cross-entropy";
import { logitLoss } from "./elementwise";
import { checkPair, type LossOptions, reduced } from "./reduction";

/** (1 − e^−ℓ)^γ·ℓ of a loss ℓ = −ln p. */
const weighed = defineElementwise("focalLoss", "focal", (dy, _, args) => [
  () => elementwise("focalGrad", [...args, dy]),
]);

export interface FocalLossOptions extends Omit<ClassLossOptions, "labelSmoothing"> {
  /** γ: how much less the classes that are already told well count; 2 by default, and 0 makes it cross-entropy. */
  gamma?: number;
}

/**
 * Focal loss of logits against class indices: ℓ = −w_y·(1 − p_y)^γ·ln p_y, p = softmax(logits)   (Lin et al. 2017)
 * `weight` is α of each class. As there, a mean is over the targets that count, not over their weights.
 * @param logits [..., V]
 * @param targets class indices [...], i32 or u32
 * @throws ShapeError if the shapes disagree
 * @throws ValueError if a target on the host is neither a class nor `ignoreIndex`, or γ is negative
 */
export function focalLoss(logits: Tensor, targets: Tensor, options: FocalLossOptions = {}): Tensor {
  expectKnown("focalLoss", options, ["ignoreIndex", "weight", "reduction", "mask", "gamma"]);
  const { gamma = 2, weight, reduction = "mean", ...others } = options;
  expectDType("focalLoss", { targets }, "i32", "u32");
  expectAtLeast("focalLoss", { gamma }, 0);
  const { ignoreIndex = -100, mask } = others;
  const plain = crossEntropy(logits, targets, { ...others, reduction: "none" });
  const signed = cast(targets, "i32");
  const focal = weighed(plain, gamma);
  const isTarget = notEqual(signed, ignoreIndex);
  const counts = mask ? where(cast(mask, "bool"), cast(isTarget, "u32"), 0) : isTarget;
  const classes = where(isTarget, signed, 0); // an ignored target may lie outside of the weights
  const losses = weight ? mul(focal, cast(gather(weight, classes), "f32")) : focal;
  return reduced("focalLoss", losses, { reduction, mask: counts });
}

export interface BinaryFocalLossOptions extends LossOptions {
  /** γ; 2 by default. */
  gamma?: number;
  /** What a positive counts for, a negative counting 1 − α; both count 1 where it is left out. */
  alpha?: number;
}

/**
 * Focal loss of logits x against 0 and 1: −α_t·(1 − p_t)^γ·ln p_t, where p_t is σ(x) for a target of 1 and 1 − σ(x) for
 * one of 0      (Lin et al. 2017, whose α is 0.25)
 * @throws ShapeError if shapes differ
 * @throws ValueError if a target on the host is neither 0 nor 1, γ is negative, or α not from 0 to 1
 */
export function binaryFocalLoss(input: Tensor, target: Tensor, options: BinaryFocalLossOptions = {}): Tensor {
  const name = "binaryFocalLoss";
  const [x, y] = checkPair(name, input, target, options, ["gamma", "alpha"]);
  const { gamma = 2, alpha } = options;
  expectAtLeast(name, { gamma, ...(alpha === undefined ? {} : { alpha }) }, 0);
  if (alpha !== undefined && alpha > 1) {
    refuseValue(name, { alpha }, "from 0 to 1");
  }
  expectBinary(name, target);
  const losses = weighed(logitLoss(x, y), gamma);
  if (alpha === undefined) return reduced(name, losses, options);
  return reduced(name, mul(losses, add(mul(y, 2 * alpha - 1), 1 - alpha)), options);
}

function expectBinary(where: string, target: Tensor): void {
  for (const [at, value] of (hostValues(target) ?? []).entries()) {
    if (value === 0 || value === 1) continue;
    refuseValue(where, { [`target[${at}]`]: value }, "0 or 1");
  }
}
