import { type Reduction, ValueError } from "@unroll/kernels";
import { elementwise } from "../graph/run";
import { add, less, maximum, mul, sub, where } from "../ops/arithmetic";
import { abs, cast, exp, log, neg, square } from "../ops/elementwise";
import { expectOneOf } from "../ops/options";
import { mean, sum } from "../ops/reduce";
import { FLOATS } from "../tensor/dtype";
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
  const [x, y] = check("mseLoss", input, target, reduction);
  return reduced(square(sub(x, y)), reduction);
}

/**
 * Binary cross-entropy of probabilities p: −y·ln p − (1 − y)·ln(1 − p); each logarithm is held at or above −100,
 * as in PyTorch. Where it is held, its gradient is 0.
 * @throws ShapeError if shapes differ
 * @throws ValueError if `reduction` is unknown
 */
export function bceLoss(input: Tensor, target: Tensor, { reduction = "mean" }: LossOptions = {}): Tensor {
  const [p, y] = check("bceLoss", input, target, reduction);
  const hit = mul(y, logOf(p));
  const miss = mul(sub(1, y), logOf(sub(1, p)));
  return reduced(neg(add(hit, miss)), reduction);
}

/**
 * Binary cross-entropy of logits x, without the overflow of σ and ln apart: max(x, 0) − x·y + ln(1 + e^−|x|).
 * @throws ShapeError if shapes differ
 */
export function bceWithLogitsLoss(input: Tensor, target: Tensor, { reduction = "mean" }: LossOptions = {}): Tensor {
  const [x, y] = check("bceWithLogitsLoss", input, target, reduction);
  const tail = log(add(1, exp(neg(abs(x)))));
  return reduced(add(sub(maximum(x, 0), mul(x, y)), tail), reduction);
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

/** Input and target in f32, as losses are made of. */
function check(where: string, input: Tensor, target: Tensor, reduction: Reduction): [input: Tensor, target: Tensor] {
  expectOneOf(where, { reduction }, ["none", "sum", "mean"]);
  expectDType(where, { input, target }, ...FLOATS);
  expectShape(where, { target }, input.shape, "Target and input have one shape.");
  if (input.size > 0) return [cast(input, "f32"), cast(target, "f32")];
  throw new ValueError({
    where,
    what: `the batch ${formatShape(input.shape)}`,
    expected: "of at least one element",
    received: "empty",
  });
}
