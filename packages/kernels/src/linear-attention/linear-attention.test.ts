import { gradcheck, normal, uniform } from "@unroll/testing";
import { expect, test } from "vitest";
import { DEFAULT_LIMITS, specialise } from "../core";
import { linearAttention } from "./forward";
import {
  type LinearInputs,
  type LinearOutputs,
  linearAttentionBackwardReference,
  linearAttentionReference,
} from "./linear-attention.reference";

const sizes = { B: 2, T: 4, N: 4, M: 2, D: 3, E: 5 };

test.each([
  { why: "linear", given: [] },
  { why: "with a decay of each feature", given: ["decay"] },
  { why: "with the delta rule", given: ["beta", "start"] },
  { why: "with both", given: ["decay", "beta", "start"] },
])("reference gradients equal central differences (float64): $why", ({ given }) => {
  const { B, T, N, M, D, E } = sizes;
  const all: LinearInputs = {
    q: normal([B, T, N, D], { seed: 1 }),
    k: normal([B, T, M, D], { seed: 2 }),
    v: normal([B, T, M, E], { seed: 3 }),
    decay: uniform([B, T, M, given.length === 1 ? D : 1], { seed: 4, low: -2, high: 0 }),
    beta: uniform([B, T, M], { seed: 5, low: 0, high: 1 }),
    start: normal([B, M, D, E], { seed: 6 }),
  };
  const names = ["q", "k", "v", ...given] as (keyof LinearInputs)[];
  const some = (of: LinearInputs) => Object.fromEntries(names.map((name) => [name, of[name]])) as LinearInputs;
  const result = gradcheck<LinearInputs, LinearOutputs>(
    {
      forward: (at) => linearAttentionReference(at, sizes, 0.6),
      backward: (at, d) => some(linearAttentionBackwardReference(at, d, sizes, 0.6)),
    },
    some(all),
  );
  // truncation step²·|f‴| ≈ 1e-9 and cancellation ε·|L|/step ≈ 1e-9, over gradients of at least the floor 1e-3
  expect(result.worst, result.where).toBeLessThan(1e-5);
});

test("features that an invocation has no room for are refused", () => {
  const call = {
    dims: { B: 1, T: 1, N: 1, M: 1, D: 8, E: 257, A: 1 },
    options: {},
    bindings: ["q", "k", "v", "out", "end"],
  };
  expect(() => specialise(linearAttention, call, DEFAULT_LIMITS)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: linearAttention: features of a value should be at most 256 for each head but is 257. Use more heads of fewer features.]`,
  );
});
