import { evaluate, grad, type Tensor, tensor } from "@unroll/nn";
import { expectClose, type Float64Tensor, float64, gradcheck, uniform } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { coverageLoss, doublyStochasticLoss } from "./losses";
import { toTensor } from "./test-support/check-attention";
import { useTestDevice } from "./test-support/device";

useTestDevice();

const [B, T, S] = [3, 4, 5];
const weights = uniform([B, T, S], { seed: 1, low: 0.01, high: 0.5 });
const at = ({ data }: Float64Tensor, b: number, t: number, s: number): number => data[(b * T + t) * S + s] ?? 0;
type Lengths = { readonly lengths: readonly number[]; readonly steps: readonly number[] };

/** Xu et al. 2015, eq. 14. */
function doublyStochastic(alpha: Float64Tensor, { lengths, steps }: Lengths): number {
  let total = 0;
  for (let b = 0; b < B; b++)
    for (let s = 0; s < (lengths[b] ?? 0); s++) {
      let sum = 0;
      for (let t = 0; t < (steps[b] ?? 0); t++) sum += at(alpha, b, t, s);
      total += (1 - sum) ** 2;
    }
  return total / B;
}

/** See et al. 2017, eq. 12. */
function coverage(alpha: Float64Tensor, { steps }: Lengths): number {
  let total = 0;
  for (let b = 0; b < B; b++)
    for (let s = 0; s < S; s++) {
      let covered = 0;
      for (let t = 0; t < (steps[b] ?? 0); t++) {
        total += Math.min(at(alpha, b, t, s), covered);
        covered += at(alpha, b, t, s);
      }
    }
  return total / steps.reduce((a, b) => a + b, 0);
}

const whole: Lengths = { lengths: [S, S, S], steps: [T, T, T] };
const some: Lengths = { lengths: [S, 2, 0], steps: [2, T, 0] };

describe.each([
  { name: "doublyStochasticLoss", loss: doublyStochasticLoss, reference: doublyStochastic },
  { name: "coverageLoss", loss: coverageLoss, reference: coverage },
])("$name", ({ loss, reference }) => {
  test.each([
    { why: "without lengths", of: whole, options: {} },
    { why: "with lengths", of: some, options: some },
  ])("value and gradient equal the float64 reference: $why", async ({ of, options }) => {
    const given = toTensor(weights);
    const value = loss(given, options);
    const [dWeights] = grad(value, [given]) as [Tensor];
    await evaluate([value, dWeights]);
    // sums of at most B·T·S = 60 numbers up to 4
    expectClose("loss", await value.data(), [reference(weights, of)], { absolute: 240 * 2 ** -24 });
    const gradient = float64([B, T, S], await dWeights.data());
    const result = gradcheck(
      {
        forward: ({ x }) => ({ y: float64([], [reference(x, of)]) }),
        backward: (_, { y }) => ({ x: scaled(gradient, y) }),
      },
      { x: weights },
      { step: 2 ** -17, floor: 1e-1 },
    );
    // a dozen roundings of the f32 gradient over a floor of 0.1, the differences' own error is below
    expect(result.worst, result.where).toBeLessThan(2e-5);
  });
});

const scaled = ({ shape, data }: Float64Tensor, y: Float64Tensor): Float64Tensor => ({
  shape,
  data: data.map((value) => value * (y.data[0] ?? 0)),
});

test("both are 0 where every place is looked at once, and no more", async () => {
  const once = tensor([
    [
      [1, 0],
      [0, 1],
    ],
  ]);
  expect(await doublyStochasticLoss(once).item()).toBe(0);
  expect(await coverageLoss(once).item()).toBe(0);
  const twice = tensor([
    [
      [1, 0],
      [1, 0],
    ],
  ]);
  expect(await doublyStochasticLoss(twice).item()).toBe(2);
  expect(await coverageLoss(twice).item()).toBe(0.5);
});
