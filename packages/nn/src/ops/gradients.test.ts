import { type Float64Tensor, gradcheck } from "@unroll/testing";
import { expect, test } from "vitest";
import { grad, mul, sum, type Tensor } from "..";
import { activationCases, arithmeticCases, elementwiseCases, lossCases, pairLossCases } from "../test-support/cases";
import { toTensor } from "../test-support/check-op";
import { interpret } from "../test-support/interpret";

/** What is made of elementwise operations and sums alone; the rest has gradient kernels, checked beside those. */
const composed = new Set([
  ...["mseLoss", "maeLoss", "huberLoss", "smoothL1Loss", "bceLoss", "bceWithLogitsLoss", "binaryFocalLoss"],
  ...["klDivLoss", "hingeLoss", "cosineSimilarity", "cosineEmbeddingLoss"],
]);
const cases = [
  ...arithmeticCases,
  ...elementwiseCases,
  ...activationCases,
  ...lossCases.filter(({ op }) => composed.has(op)),
  ...pairLossCases.filter(({ op }) => composed.has(op)),
];

/** Differences and slopes meet at corners by convention only: |x| and a tie have 0 and a half, as both here do. */
test.each(cases)("gradient rules equal central differences in float64, $op: $why", ({ run, reference, inputs }) => {
  const named = Object.fromEntries(inputs.map((input, k) => [String(k), input]));
  const list = (of: Readonly<Record<string, Float64Tensor>>): Float64Tensor[] =>
    inputs.map((_, k) => of[k] as Float64Tensor);
  const result = gradcheck(
    {
      forward: (of: Record<string, Float64Tensor>) => ({ y: reference(...list(of)) }),
      backward(of, { y: weights }) {
        const leaves = list(of).map((input) => toTensor(input));
        // Weights are rounded to float32 where they are drawn, so the graph gets the very same.
        const gradients = grad(sum(mul(run(...leaves), toTensor(weights))), leaves);
        return Object.fromEntries(gradients.map((gradient: Tensor, k) => [String(k), interpret(gradient)]));
      },
    },
    named,
    { step: 2 ** -17, floor: 1e-2 },
  );
  // truncation step² = 6e-11 times third derivatives up to 100, and cancellation ε·|L|/step = 1e-9 for |L| up to 60, over
  // gradients floored at 1e-2
  expect(result.worst, result.where).toBeLessThan(1e-6);
});
