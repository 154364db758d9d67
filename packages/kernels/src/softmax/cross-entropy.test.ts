import { type Float64Tensor, gradcheck, normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { DEFAULT_LIMITS, specialise } from "../core";
import { crossEntropyBackward } from "./cross-entropy";
import {
  crossEntropyBackwardReference,
  crossEntropyReference,
  nllBackwardReference,
  nllReference,
  reductionBackwardReference,
} from "./cross-entropy.reference";
import { nllBackward } from "./nll";

const V = 6;
const targets = [2, -100, 5, 0, 9];
const classWeights = [0.5, 1, 2, 0, 1.5, 0.7];

const CALLS = [
  { why: "plain", smoothing: 0 },
  { why: "class weights", smoothing: 0, classWeights },
  { why: "smoothing", smoothing: 0.2 },
  { why: "both", smoothing: 0.2, classWeights },
];

describe.each(CALLS)("reference gradients equal central differences (float64): $why", ({ why: _, ...options }) => {
  const call = (x: Float64Array) => ({ x, V, targets, ...options });
  const tensor = (shape: number[], data: Float64Array): Float64Tensor => ({ shape, data });

  test.each([
    { name: "cross-entropy", forward: crossEntropyReference, backward: crossEntropyBackwardReference },
    { name: "nll", forward: nllReference, backward: nllBackwardReference },
  ])("$name of each row and as a mean", ({ forward, backward }) => {
    const mean = (x: Float64Array): number => {
      const { loss, weight } = forward(call(x));
      return loss.reduce((a, b) => a + b) / weight.reduce((a, b) => a + b);
    };
    const reference = {
      forward: ({ x }: { x: Float64Tensor }) => ({
        rows: tensor([5], forward(call(x.data)).loss),
        mean: tensor([], Float64Array.of(mean(x.data))),
      }),
      backward: ({ x }: { x: Float64Tensor }, d: { rows: Float64Tensor; mean: Float64Tensor }) => {
        const { weight } = forward(call(x.data));
        const shared = reductionBackwardReference(weight, "mean", d.mean.data[0] ?? 0);
        const s = d.rows.data.map((value, r) => value + (shared[r] ?? 0));
        return { x: tensor([5, V], backward(call(x.data), s)) };
      },
    };
    // truncation step²·|f'''|/6 ≈ 1e-10 and rounding ε·|L|/step ≈ 1e-10, over gradients of at least the floor 1e-3
    const { worst, where } = gradcheck(reference, { x: normal([5, V], { seed: 3, scale: 2 }) });
    expect(worst, where).toBeLessThan(1e-6);
  });
});

describe("the reference equals hand-worked values", () => {
  test("even logits cost ln V, and smoothing does not change that", () => {
    for (const smoothing of [0, 0.3]) {
      const { loss } = crossEntropyReference({ x: new Float64Array(6), V: 6, targets: [4], smoothing });
      expect(loss[0]).toBeCloseTo(Math.log(6), 14);
    }
  });

  test("two classes: weights multiply, smoothing spreads over both", () => {
    // x = (0, ln 3): p = (1/4, 3/4). y = 0, w = (2, 5), ε = 0.1:
    // 0.9·2·ln 4 + 0.05·(2·ln 4 + 5·ln(4/3))
    const x = Float64Array.of(0, Math.log(3));
    const { loss, weight } = crossEntropyReference({ x, V: 2, targets: [0], classWeights: [2, 5], smoothing: 0.1 });
    expect(loss[0]).toBeCloseTo(1.8 * Math.log(4) + 0.05 * (2 * Math.log(4) + 5 * Math.log(4 / 3)), 14);
    expect(weight[0]).toBe(2);
  });

  test("ignored targets and targets that are no class weigh nothing", () => {
    const x = normal([3, 4], { seed: 1 }).data;
    const { loss, weight } = crossEntropyReference({ x, V: 4, targets: [1, -7, 4], ignoreIndex: -7 });
    expect([...weight]).toEqual([1, 0, 0]);
    expect([...loss.subarray(1)]).toEqual([0, 0]);
  });
});

test("the backward of a mean needs the total weight", () => {
  const dims = { R: 2, V };
  const names = ["logits", "targets", "stats", "dLoss", "dLogits"];
  expect(() =>
    specialise(crossEntropyBackward, { dims, bindings: names }, DEFAULT_LIMITS),
  ).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: crossEntropyBackward: binding "totalWeight" should be given for the reduction mean but is missing. Pass what reduceLoss wrote.]`,
  );
  expect(() =>
    specialise(nllBackward, { dims, bindings: ["targets", "dLoss", "dLogProbabilities"] }, DEFAULT_LIMITS),
  ).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: nllBackward: binding "totalWeight" should be given for the reduction mean but is missing. Pass what reduceLoss wrote.]`,
  );
  const none = specialise(
    crossEntropyBackward,
    { dims, bindings: names, options: { reduction: "none" } },
    DEFAULT_LIMITS,
  );
  expect(none.bindings.find(({ name }) => name === "dLoss")?.words).toBe(2);
});
