import { gradcheck, normal, uniform } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import {
  type AttentionInputs,
  type AttentionOutputs,
  attentionBackwardReference,
  attentionReference,
  type MonotonicInputs,
  monotonicBackwardReference,
  monotonicReference,
} from "./attention.reference";

const inputs = (F: number, isAdditive: boolean): AttentionInputs => ({
  query: normal([2, 3, 5], { seed: 1 }),
  keys: normal([2, 4, 5], { seed: 2 }),
  memory: normal([2, 4, 6], { seed: 3 }),
  ...(isAdditive ? { vector: normal([1 + F, 5], { seed: 4 }) } : {}),
  ...(F > 0 ? { features: normal([2, 3, 4, F], { seed: 5 }) } : {}),
});

describe.each([
  { why: "additive", F: 0, isAdditive: true },
  { why: "additive with features", F: 2, isAdditive: true },
  { why: "products", F: 0, isAdditive: false },
])("$why", ({ F, isAdditive }) => {
  const size = { B: 2, T: 3, S: 4, A: 5, D: 6, F };

  test.each([{ lengths: undefined }, { lengths: [2, 4] }, { lengths: [0, 3] }])(
    "reference gradients equal central differences (float64), lengths $lengths",
    ({ lengths }) => {
      const call = { size, ...(lengths ? { lengths } : {}), ...(isAdditive ? {} : { scale: 0.7 }) };
      const result = gradcheck<AttentionInputs, AttentionOutputs>(
        {
          forward: (at) => attentionReference(at, call),
          backward: (at, d) => {
            const { query, keys, memory, vector, features } = attentionBackwardReference(at, d, call);
            return { query, keys, memory, ...(isAdditive ? { vector } : {}), ...(F > 0 ? { features } : {}) };
          },
        },
        inputs(F, isAdditive),
      );
      // truncation step²·|f‴| ≈ 1e-9 and cancellation ε·|L|/step ≈ 1e-10, over gradients of at least the floor 1e-3
      expect(result.worst, result.where).toBeLessThan(1e-6);
    },
  );
});

test("a row of length 0 weighs nothing", () => {
  const { context, weights } = attentionReference(inputs(0, true), {
    size: { B: 2, T: 3, S: 4, A: 5, D: 6, F: 0 },
    lengths: [0, 4],
  });
  expect(context.data.slice(0, 18).every((value) => value === 0)).toBe(true);
  expect(weights.data.slice(0, 12).every((value) => value === 0)).toBe(true);
  expect(weights.data.slice(12, 16).reduce((a, b) => a + b)).toBeCloseTo(1, 14);
});

describe("monotonic alignment", () => {
  test("reference gradients equal central differences (float64)", () => {
    const given: MonotonicInputs = {
      p: uniform([2, 3, 5], { seed: 1, low: 0.05, high: 0.95 }),
      previous: uniform([2, 5], { seed: 2 }),
    };
    const result = gradcheck<MonotonicInputs, { weights: ReturnType<typeof monotonicReference>["weights"] }>(
      {
        forward: (at) => ({ weights: monotonicReference(at).weights }),
        backward: (at, { weights }) => monotonicBackwardReference(at, weights),
      },
      given,
    );
    // products of up to five factors: truncation step²·|f‴| ≈ 1e-9, cancellation 1e-10, over the floor 1e-3
    expect(result.worst, result.where).toBeLessThan(1e-6);
  });

  test("with p of 0 and 1 it stops at the first 1 from where it stood", () => {
    const { weights } = monotonicReference({
      p: { shape: [1, 3, 4], data: Float64Array.of(0, 1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0) },
      previous: { shape: [1, 4], data: Float64Array.of(1, 0, 0, 0) },
    });
    expect([...weights.data]).toEqual([0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
  });
});
