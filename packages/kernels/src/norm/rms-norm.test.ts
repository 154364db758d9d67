import { float64, gradcheck, normal } from "@unroll/testing";
import { expect, test } from "vitest";
import { rmsNormBackwardReference, rmsNormReference } from "./rms-norm.reference";

test("the reference's gradients equal central differences", () => {
  const [D, epsilon] = [5, 1e-2];
  const result = gradcheck(
    {
      forward: ({ x, gamma }) => ({
        y: float64(x.shape, rmsNormReference({ x: x.data, D, gamma: gamma.data, epsilon }).y),
      }),
      backward: ({ x, gamma }, { y }) => {
        const { dx, dGamma } = rmsNormBackwardReference({ x: x.data, D, gamma: gamma.data, epsilon }, y.data);
        return { x: float64(x.shape, dx), gamma: float64([D], dGamma) };
      },
    },
    { x: normal([4, D], { seed: 1 }), gamma: normal([D], { seed: 2 }) },
    { step: 1e-5 },
  );
  // truncation step² = 1e-10 times third derivatives up to 10, cancellation ε·|L|/step = 1e-10, over gradients above 1e-3
  expect(result.worst, result.where).toBeLessThan(1e-6);
});
