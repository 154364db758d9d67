import { ShapeError } from "@unroll/kernels";
import { hostValues } from "../graph/node";
import { elementwise } from "../graph/run";
import { add, less, maximum, mul, sub, where } from "../ops/arithmetic";
import { abs, cast, exp, log, neg, softplus, square } from "../ops/elementwise";
import { FLOATS } from "../tensor/dtype";
import { refuseValue } from "../tensor/kind";
import { expectDType, formatShape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { checkPair, type LossOptions, reduced } from "./reduction";

const SMALLEST_NORMAL = 2 ** -126;

/** Mean squared error: (x − y)², its mean over all elements unless told otherwise. @throws ShapeError if shapes differ */
export function mseLoss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const [x, y] = checkPair("mseLoss", input, target, options);
  return reduced("mseLoss", square(sub(x, y)), options);
}

/**
 * Binary cross-entropy of probabilities p: −y·ln p − (1 − y)·ln(1 − p); each logarithm is held at or above −100,
 * as in PyTorch. Where it is held, its gradient is 0.
 * @throws ShapeError if shapes differ
 * @throws ValueError if `reduction` is unknown, or what counts of the input or the target on the host is not from 0 to 1
 */
export function bceLoss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const [p, y] = checkPair("bceLoss", input, target, options);
  expectProbabilities("bceLoss", { input }, options, "Logits have bceWithLogitsLoss.");
  expectProbabilities("bceLoss", { target }, options);
  const hit = mul(y, logOf(p));
  const miss = mul(sub(1, y), logOf(sub(1, p)));
  return reduced("bceLoss", neg(add(hit, miss)), options);
}

/** Looks at values that are still on the host, where they count. NaN is passed on. */
function expectProbabilities(
  where_: string,
  named: Readonly<Record<string, Tensor>>,
  { mask }: LossOptions,
  remedy?: string,
): void {
  const [[what, x]] = Object.entries(named) as [[string, Tensor]];
  const values = hostValues(x);
  const counts = mask && hostValues(mask);
  if (!values || (mask && !counts)) return;
  const each = mask ? x.size / mask.size : 1; // elements that one number of the mask is of
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    if (!(value < 0 || value > 1) || counts?.[Math.floor(at / each)] === 0) continue;
    refuseValue(where_, { [`${what}[${at}]`]: value }, "a probability, from 0 to 1,", remedy);
  }
}

export interface BceWithLogitsOptions extends LossOptions {
  /** w: what a positive counts for beside a negative; its shape broadcasts to that of the logits. */
  posWeight?: Tensor | number | undefined;
}

/**
 * Binary cross-entropy of logits x, without the overflow of σ and ln apart: max(x, 0) − x·y + ln(1 + e^−|x|). With
 * `posWeight` w, −w·y·ln σ(x) − (1 − y)·ln(1 − σ(x)) = (1 − y)·x + (1 + (w − 1)·y)·ln(1 + e^−x), as in PyTorch.
 * @throws ShapeError if shapes differ
 */
export function bceWithLogitsLoss(input: Tensor, target: Tensor, options: BceWithLogitsOptions = {}): Tensor {
  const name = "bceWithLogitsLoss";
  const [x, y] = checkPair(name, input, target, options, ["posWeight"]);
  const { posWeight } = options;
  if (posWeight === undefined) return reduced(name, logitLoss(x, y), options);
  const weight = typeof posWeight === "number" ? posWeight : weightFor(name, posWeight, x);
  const positive = mul(add(mul(sub(weight, 1), y), 1), softplus(neg(x)));
  return reduced(name, add(mul(sub(1, y), x), positive), options);
}

/** max(x, 0) − x·y + ln(1 + e^−|x|) */
export function logitLoss(x: Tensor, y: Tensor): Tensor {
  const tail = log(add(1, exp(neg(abs(x)))));
  return add(sub(maximum(x, 0), mul(x, y)), tail);
}

/** @throws ShapeError if the weight would make the loss larger than the logits are */
function weightFor(where_: string, posWeight: Tensor, { shape }: Tensor): Tensor {
  expectDType(where_, { posWeight }, ...FLOATS);
  const own = posWeight.shape;
  const fits = own.every((extent, axis) => extent === 1 || extent === shape[axis - own.length + shape.length]);
  if (fits && own.length <= shape.length) return cast(posWeight, "f32");
  throw new ShapeError({
    where: where_,
    what: "posWeight",
    expected: `a shape that broadcasts to ${formatShape(shape)}`,
    received: formatShape(own),
  });
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
