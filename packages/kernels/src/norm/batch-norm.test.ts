import { float64, gradcheck, normal } from "@unroll/testing";
import { expect, test } from "vitest";
import { type BatchNormCall, batchNormBackwardReference, batchNormReference } from "./batch-norm.reference";

const CALLS: BatchNormCall[] = [
  { N: 3, P: 4, C: 2, channels: "first" },
  { N: 3, P: 4, C: 2, channels: "last", lengths: [4, 0, 3] },
];

test.each(CALLS)("the reference's gradients equal central differences, channels $channels", (call) => {
  const epsilon = 1e-2;
  const shape = [call.N, call.P * call.C];
  const result = gradcheck(
    {
      forward: ({ x, gamma, beta }) => ({
        y: float64(shape, batchNormReference(call, { x: x.data, gamma: gamma.data, beta: beta.data, epsilon })),
      }),
      backward: ({ x, gamma }, { y }) => {
        const { dx, dGamma, dBeta } = batchNormBackwardReference(call, {
          ...{ x: x.data, gamma: gamma.data, epsilon, dy: y.data },
        });
        return { x: float64(shape, dx), gamma: float64([call.C], dGamma), beta: float64([call.C], dBeta) };
      },
    },
    { x: normal(shape, { seed: 1 }), gamma: normal([call.C], { seed: 2 }), beta: normal([call.C], { seed: 3 }) },
    { step: 1e-5 },
  );
  // truncation step² = 1e-10 times third derivatives up to 10, cancellation ε·|L|/step = 1e-10, over gradients above 1e-3
  expect(result.worst, result.where).toBeLessThan(1e-6);
});
