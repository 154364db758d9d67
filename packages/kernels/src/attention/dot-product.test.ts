import { float64, gradcheck } from "@unroll/testing";
import { expect, test } from "vitest";
import { DEFAULT_LIMITS, specialise } from "../core";
import { type AttentionCase, CASES, inputsOf, prepare } from "../test-support/attention-cases";
import { type AttentionSizes, attentionBackwardReference, attentionReference } from "./dot-product.reference";
import { dotProductAttentionKeyGradients, dotProductAttentionQueryGradient } from "./dot-product-backward";
import { dotProductAttention } from "./dot-product-forward";

/** The case at sizes that a difference for each element is quick at. */
function shrunk({ sizes, lengths, bias, ...each }: AttentionCase): AttentionCase {
  const [T, S] = [Math.min(sizes.T, 4), Math.min(sizes.S, 6)];
  return {
    ...each,
    sizes: { ...sizes, T, S, D: Math.min(sizes.D, 3), E: Math.min(sizes.E, 2) },
    ...(lengths ? { lengths: lengths.map((length) => Math.min(length, S)) } : {}),
    ...(bias ? { bias: [bias[0], bias[1], Math.min(bias[2], T), Math.min(bias[3], S)] } : {}),
  };
}

test.each(CASES.map(shrunk))("reference gradients equal central differences (float64): $why", (each) => {
  const { sizes } = each;
  const { q, k, v } = inputsOf(sizes);
  const { terms } = prepare(each);
  const { B, T, S, N, M, D, E } = sizes;
  const result = gradcheck(
    {
      forward: (x) => ({ out: float64([B, T, N, E], attentionReference(sizes, terms, data(x)).out) }),
      backward(x, { out }) {
        const { dq, dk, dv } = attentionBackwardReference(sizes, terms, data(x), out.data);
        return { q: float64([B, T, N, D], dq), k: float64([B, S, M, D], dk), v: float64([B, S, M, E], dv) };
      },
    },
    { q: float64([B, T, N, D], q), k: float64([B, S, M, D], k), v: float64([B, S, M, E], v) },
  );
  // truncation step²·|f'''|/6 ≈ 1e-10 and rounding ε·|L|/step ≈ 1e-9, over gradients of at least the floor 1e-3
  expect(result.worst, result.where).toBeLessThan(2e-6);
});

const data = ({ q, k, v }: Readonly<Record<"q" | "k" | "v", { readonly data: Float64Array }>>) => ({
  q: q.data,
  k: k.data,
  v: v.data,
});

test("a row without keys gives zeros and takes none of the gradient", () => {
  const sizes: AttentionSizes = { B: 1, T: 2, S: 3, N: 1, M: 1, D: 2, E: 2 };
  const { dOut, ...inputs } = inputsOf(sizes);
  const none = { scale: 1, lengths: [0] };
  expect([...attentionReference(sizes, none, inputs).out]).toEqual([0, 0, 0, 0]);
  const { dq, dk, dv } = attentionBackwardReference(sizes, none, inputs, dOut);
  expect([dq, dk, dv].flatMap((d) => [...d]).every((x) => x === 0)).toBe(true);
});

test("what the kernels bind fits the default limits with every term, and sizes of a call compile nothing", () => {
  const each = CASES.find(({ why }) => why === "a bias by row and head");
  if (!each) throw new Error("The case is gone.");
  const { dims, options } = prepare(each);
  const calls = [
    { kernel: dotProductAttention, bindings: ["q", "k", "v", "terms", "out", "logSum"] },
    { kernel: dotProductAttentionQueryGradient, bindings: ["q", "k", "v", "dOut", "statistics", "terms", "dq"] },
    { kernel: dotProductAttentionKeyGradients, bindings: ["q", "k", "v", "dOut", "statistics", "terms", "dk", "dv"] },
  ];
  for (const { kernel, bindings } of calls) {
    for (const one of [kernel, ...kernel.variants.map((variant) => variant.kernel)]) {
      const codes = [dims, { ...dims, B: 7, T: 100, S: 300 }].map(
        (size) => specialise(one, { dims: { ...size, D: 128, E: 128 }, options, bindings }, DEFAULT_LIMITS).code,
      );
      expect(new Set(codes).size, one.name).toBe(1);
    }
  }
});

test("heads that cannot be shared evenly are refused", () => {
  const { dims } = prepare(CASES[0] as (typeof CASES)[number]);
  const call = { dims: { ...dims, N: 3, M: 2 }, bindings: ["q", "k", "v", "out"] };
  expect(() => specialise(dotProductAttention, call, DEFAULT_LIMITS)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: dot_product_attention: M (heads of keys and values) should be a divisor of N, 3 but is 2.]`,
  );
});
