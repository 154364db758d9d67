import { type Reduction, ValueError } from "@unroll/kernels";
import { elementwise } from "../graph/run";
import { add, less, maximum, mul, sub, where } from "../ops/arithmetic";
import { abs, exp, log, neg, square } from "../ops/elementwise";
import { expectOneOf } from "../ops/options";
import { mean, sum } from "../ops/reduce";
import { expectDType, expectShape, formatShape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";

/** What becomes of the losses of all elements. */
export interface LossOptions {
  /** `none` returns them as they are; their mean by default. */
  reduction?: Reduction;
}

const SMALLEST_NORMAL = 2 ** -126;

/** Mean squared error: (x − y)², its mean over all elements unless told otherwise. @throws ShapeError if shapes differ */
export function mseLoss(input: Tensor, target: Tensor, { reduction = "mean" }: LossOptions = {}): Tensor {
  check("mseLoss", input, target, reduction);
  return reduced(square(sub(input, target)), reduction);
}

/**
 * Binary cross-entropy of probabilities p: −y·ln p − (1 − y)·ln(1 − p); each logarithm is held at or above −100,
 * as in PyTorch. Where it is held, its gradient is 0.
 * @throws ShapeError if shapes differ
 * @throws ValueError if `reduction` is unknown
 */
export function bceLoss(input: Tensor, target: Tensor, { reduction = "mean" }: LossOptions = {}): Tensor {
  check("bceLoss", input, target, reduction);
  const hit = mul(target, logOf(input));
  const miss = mul(sub(1, target), logOf(sub(1, input)));
  return reduced(neg(add(hit, miss)), reduction);
}

/**
 * Binary cross-entropy of logits x, without the overflow of σ and ln apart: max(x, 0) − x·y + ln(1 + e^−|x|).
 * @throws ShapeError if shapes differ
 */
export function bceWithLogitsLoss(input: Tensor, target: Tensor, { reduction = "mean" }: LossOptions = {}): Tensor {
  check("bceWithLogitsLoss", input, target, reduction);
  const tail = log(add(1, exp(neg(abs(input)))));
  return reduced(add(sub(maximum(input, 0), mul(input, target)), tail), reduction);
}

/**
 * Below the smallest normal f32, which devices may take for 0, the logarithm is −100. What is not finite is passed on:
 * its bits are asked, since a comparison with NaN may come out either way.
 */
function logOf(p: Tensor): Tensor {
  const isZero = less(p, SMALLEST_NORMAL);
  const held = where(isZero, -100, log(where(isZero, 1, p))); // the inner choice keeps dy/p finite where p is 0
  return where(elementwise("isFinite", [p]), held, p);
}

function reduced(loss: Tensor, reduction: Reduction): Tensor {
  if (reduction === "none") return loss;
  return reduction === "sum" ? sum(loss) : mean(loss);
}

function check(where: string, input: Tensor, target: Tensor, reduction: Reduction): void {
  expectOneOf(where, { reduction }, ["none", "sum", "mean"]);
  expectDType(where, { input, target }, "f32");
  expectShape(where, { target }, input.shape, "Target and input have one shape.");
  if (input.size > 0) return;
  throw new ValueError({
    where,
    what: `the batch ${formatShape(input.shape)}`,
    expected: "of at least one element",
    received: "empty",
  });
}
