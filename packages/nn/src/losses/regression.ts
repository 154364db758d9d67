import { div, minimum, mul, sub } from "../ops/arithmetic";
import { abs } from "../ops/elementwise";
import { expectAtLeast } from "../ops/options";
import type { Tensor } from "../tensor/tensor";
import { checkPair, type LossOptions, reduced } from "./reduction";

/** Mean absolute error, the L1 loss: |x − y|; its slope at 0 is 0. @throws ShapeError if shapes differ */
export function maeLoss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const [x, y] = checkPair("maeLoss", input, target, options);
  return reduced("maeLoss", abs(sub(x, y)), options);
}

/**
 * Huber's loss (Huber 1964): ½d² where |d| ≤ δ, else δ·(|d| − ½δ), of d = x − y.
 * @param options.delta δ, where the square becomes a line; 1 by default
 * @throws ShapeError if shapes differ
 * @throws ValueError if δ is negative
 */
export function huberLoss(input: Tensor, target: Tensor, options: LossOptions & { delta?: number } = {}): Tensor {
  const [x, y] = checkPair("huberLoss", input, target, options, ["delta"]);
  const { delta = 1 } = options;
  expectAtLeast("huberLoss", { delta }, 0);
  return reduced("huberLoss", huber(abs(sub(x, y)), delta), options);
}

/**
 * Smooth L1 (Girshick 2015): ½d²/β where |d| < β, else |d| − ½β, of d = x − y; Huber's loss over β, and |d| for β = 0.
 * @param options.beta β, 1 by default
 * @throws ShapeError if shapes differ
 * @throws ValueError if β is negative
 */
export function smoothL1Loss(input: Tensor, target: Tensor, options: LossOptions & { beta?: number } = {}): Tensor {
  const [x, y] = checkPair("smoothL1Loss", input, target, options, ["beta"]);
  const { beta = 1 } = options;
  expectAtLeast("smoothL1Loss", { beta }, 0);
  const distance = abs(sub(x, y));
  return reduced("smoothL1Loss", beta === 0 ? distance : div(huber(distance, beta), beta), options);
}

/** With c = min(|d|, δ): c·(|d| − ½c), which is ½d² up to δ and δ·(|d| − ½δ) from there. */
function huber(distance: Tensor, delta: number): Tensor {
  const square = minimum(distance, delta);
  return mul(square, sub(distance, mul(square, 0.5)));
}
