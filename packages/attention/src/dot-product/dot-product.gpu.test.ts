import { evaluate, grad, mul, parameter, sum, type Tensor, tensor } from "@unroll/nn";
import { expectClose, normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { type AttentionMask, additiveMask, and, booleanMask, causalMask, paddingMask } from "../masks/mask";
import { alibi } from "../positions/alibi";
import { useTestDevice } from "../test-support/device";
import { withHalves } from "../test-support/halves";
import { bitsOf, draws, total } from "../test-support/tensors";
import { scaledDotProductAttention } from "./fused";
import type { DotProductOptions } from "./heads";
import { plainDotProductAttention } from "./plain";

const gpu = useTestDevice();

interface Case {
  readonly why: string;
  readonly shape: readonly [B: number, T: number, S: number, N: number, M: number, D: number, E: number];
  readonly options?: Omit<DotProductOptions, "heads" | "keyHeads" | "mask">;
  readonly mask?: () => AttentionMask;
}

const bools = (count: number): Uint32Array<ArrayBuffer> =>
  Uint32Array.from({ length: count }, (_, i) => Number(i % 3 !== 1));

const CASES: readonly Case[] = [
  { why: "alone", shape: [2, 5, 9, 2, 2, 8, 8] },
  { why: "causal and padded", shape: [3, 9, 9, 4, 2, 8, 12], mask: () => and(causalMask(), paddingMask([9, 4, 0])) },
  {
    why: "a boolean mask by row and query, with a bias for all heads",
    shape: [2, 4, 6, 3, 1, 5, 7],
    mask: () =>
      and(booleanMask(tensor(bools(48), { shape: [2, 4, 6], dtype: "bool" })), additiveMask(draws([1, 3, 1, 6], 9))),
  },
  {
    why: "linear biases after a cache of rows of several lengths",
    shape: [2, 3, 11, 4, 4, 4, 4],
    mask: () => and(alibi(4), causalMask({ offset: tensor(Uint32Array.of(8, 2)) })),
  },
  { why: "bounded, scaled scores", shape: [1, 7, 7, 2, 2, 16, 16], options: { softcap: 3, scale: 0.5 } },
  { why: "wide heads", shape: [1, 9, 10, 1, 1, 128, 128], mask: () => causalMask({ offset: 1 }) },
];

describe.each(CASES)("$why", ({ shape: [B, T, S, N, M, D, E], options = {}, mask }) => {
  test("the fused kernels give what the plain path gives, values and gradients", async () => {
    const inputs = [draws([B, T, N * D], 1), draws([B, S, M * D], 2), draws([B, S, M * E], 3)] as const;
    const weights = draws([B, T, N * E], 4);
    const all: DotProductOptions = { heads: N, keyHeads: M, ...options, ...(mask ? { mask: mask() } : {}) };
    const fused = scaledDotProductAttention(...inputs, all);
    const { output: plain } = plainDotProductAttention(...inputs, all);
    const gradients = [fused, plain].map((output) => grad(sum(mul(output, weights)), [...inputs]));
    await evaluate([fused, plain, ...gradients.flat()]);
    // Scores of D products are off by (D/4 + 6)·3√D·ε on either side, a weight by that twice and by 60 ulp of exp; sums of
    // up to N/M·T terms of |dOut·v| ≤ 2E.
    const weight = 4 * (D / 4 + 6) * 3 * Math.sqrt(D) * 2 ** -24 + 120 * 2 ** -24;
    const slope = 8 * E * weight * (1 + (T * N) / M / 4);
    expectClose("output", await fused.data(), await plain.data(), { absolute: 5 * weight });
    for (const [index, name] of ["dq", "dk", "dv"].entries()) {
      const [one, other] = gradients.map((list) => list[index]) as [Tensor, Tensor];
      expectClose(name, await one.data(), await other.data(), { absolute: slope });
    }
  });
});

test("gradients of a bias and of slopes equal those of the plain path", async () => {
  const [B, T, S, N] = [2, 4, 5, 2];
  const inputs = [draws([B, T, N * 4], 1), draws([B, S, N * 4], 2), draws([B, S, N * 4], 3)] as const;
  const weights = draws([B, T, N * 4], 4);
  const bias = parameter({ data: Float32Array.from(normal([N * T * S], { seed: 5 }).data), shape: [1, N, T, S] });
  const slopes = parameter({ data: Float32Array.of(0.5, 0.25), shape: [N] });
  const options = { heads: N, mask: and(additiveMask(bias), alibi(slopes), paddingMask([5, 3])) };
  const fused = grad(sum(mul(scaledDotProductAttention(...inputs, options), weights)), [bias, slopes]);
  const plain = grad(sum(mul(plainDotProductAttention(...inputs, options).output, weights)), [bias, slopes]);
  await evaluate([...fused, ...plain]);
  // both are made of the same weights, of numbers up to 40 in all
  for (const [index, one] of fused.entries()) {
    expectClose(`gradient ${index}`, await one.data(), await (plain[index] as Tensor).data(), {
      absolute: 40 * 64 * 2 ** -24,
    });
    expect((await one.data()).some((x) => Math.abs(x) > 0.01)).toBe(true);
  }
});

test("slopes in halves stand beside lengths and a bias as those of f32 do, and get gradients in halves", () =>
  withHalves(gpu.device, async () => {
    const inputs = [draws([2, 4, 8], 1), draws([2, 5, 8], 2), draws([2, 5, 8], 3)] as const;
    const results = [];
    for (const dtype of ["f32", "f16"] as const) {
      const slopes = tensor(Float32Array.of(0.5, 0.25), { dtype }); // exact in either
      const mask = and(alibi(slopes), paddingMask([5, 3]), additiveMask(draws([4, 5], 4)));
      const output = scaledDotProductAttention(...inputs, { heads: 2, mask });
      const [gradient] = grad(sum(mul(output, output)), [slopes]) as [Tensor];
      await evaluate([output, gradient]);
      expect(gradient.dtype).toBe(dtype);
      results.push([await output.data(), await gradient.data()] as const);
    }
    const [[output, slopes], [again, rounded]] = results as [(typeof results)[number], (typeof results)[number]];
    expect(bitsOf(again)).toEqual(bitsOf(output));
    expectClose("gradient", rounded, slopes, { absolute: 0, relative: 2 ** -11 }); // half an ulp of a half
  }));

test("a row that may attend to nothing gives zeros, and neither gets nor gives gradients", async () => {
  const inputs = [draws([2, 3, 4], 1), draws([2, 5, 4], 2), draws([2, 5, 4], 3)] as const;
  const options = { heads: 2, mask: paddingMask([5, 0]) };
  const output = scaledDotProductAttention(...inputs, options);
  const gradients = grad(sum(mul(output, output)), [...inputs]);
  await evaluate([output, ...gradients]);
  for (const each of [output, ...gradients]) {
    const values = await each.data();
    const half = values.length / 2;
    expect(values.subarray(half).every((x) => x === 0)).toBe(true);
    expect(values.subarray(0, half).some((x) => x !== 0)).toBe(true);
  }
});

test("dropout draws anew with each call, keeps the mean, and its gradient has the same draw", async () => {
  const [B, T, S] = [1, 64, 64];
  const [q, k] = [tensor(new Float32Array(B * T * 4), { shape: [B, T, 4] }), draws([B, S, 4], 2)];
  const v = tensor(new Float32Array(B * S * 4).fill(1), { shape: [B, S, 4] });
  const options = { heads: 1, dropout: 0.25 };
  const [one, two] = [scaledDotProductAttention(q, k, v, options), scaledDotProductAttention(q, k, v, options)];
  const [dv] = grad(sum(one), [v]) as [Tensor];
  await evaluate([one, two, dv]);
  const [first, second, slopes] = [await one.data(), await two.data(), await dv.data()];
  expect(bitsOf(first)).not.toEqual(bitsOf(second));
  // each output is the share of 64 alike weights that were kept, over 0.75: deviation √(0.25/0.75/64) = 0.072, of 64 rows 0.009
  const mean = total(first) / first.length;
  expect(Math.abs(mean - 1)).toBeLessThan(5 * 0.009);
  // Σ over keys of dv is Σ over rows of the output where v is 1: 4 features of each
  expect(Math.abs(total(slopes) - total(first))).toBeLessThan(1e-3);
});
