import { ValueError } from "@unroll/kernels";
import { add, maximum, mul, sub } from "../ops/arithmetic";
import { abs, exp, log, neg, square } from "../ops/elementwise";
import { mean, sum } from "../ops/reduce";
import { expectDType, expectShape, formatShape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";

export interface LossOptions {
  reduction?: "none" | "sum" | "mean";
}

/** Mean squared error: (x − y)², its mean over all elements unless told otherwise. @throws ShapeError if shapes differ */
export function mseLoss(input: Tensor, target: Tensor, { reduction = "mean" }: LossOptions = {}): Tensor {
  checkPair("mseLoss", input, target);
  return reduced(square(sub(input, target)), reduction);
}

/**
 * Binary cross-entropy of probabilities p: −y·ln p − (1 − y)·ln(1 − p); each logarithm is held above −100, as in PyTorch.
 * @throws ShapeError if shapes differ
 */
export function bceLoss(input: Tensor, target: Tensor, { reduction = "mean" }: LossOptions = {}): Tensor {
  checkPair("bceLoss", input, target);
  const logOf = (p: Tensor): Tensor => maximum(log(maximum(p, 1e-38)), -100);
  const hit = mul(target, logOf(input));
  const miss = mul(sub(1, target), logOf(sub(1, input)));
  return reduced(neg(add(hit, miss)), reduction);
}

/**
 * Binary cross-entropy of logits x, without the overflow of σ and ln apart: max(x, 0) − x·y + ln(1 + e^−|x|).
 * @throws ShapeError if shapes differ
 */
export function bceWithLogitsLoss(input: Tensor, target: Tensor, { reduction = "mean" }: LossOptions = {}): Tensor {
  checkPair("bceWithLogitsLoss", input, target);
  const tail = log(add(1, exp(neg(abs(input)))));
  return reduced(add(sub(maximum(input, 0), mul(input, target)), tail), reduction);
}

function reduced(loss: Tensor, reduction: "none" | "sum" | "mean"): Tensor {
  if (reduction === "none") return loss;
  return reduction === "sum" ? sum(loss) : mean(loss);
}

function checkPair(where: string, input: Tensor, target: Tensor): void {
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
