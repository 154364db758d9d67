import { random, type Tensor, zeros } from "@unroll/nn";
import { describe, expect, test } from "vitest";
import { linearAttention } from "./fused";
import { LinearAttention } from "./layer";
import type { LinearAttentionCall } from "./sizes";

const [B, T, N, M, D, E] = [2, 3, 4, 2, 5, 6];
const [q, k, v] = [zeros([B, T, N * D]), zeros([B, T, M * D]), zeros([B, T, M * E])] as [Tensor, Tensor, Tensor];
const given: LinearAttentionCall = { heads: N, keyHeads: M };

describe("linearAttention", () => {
  test("gives outputs of the queries' heads, and a matrix for each head of keys", () => {
    const { output, state } = linearAttention(q, k, v, { ...given, decay: zeros([B, T, M]), beta: zeros([B, T, M]) });
    expect([output.shape, state.shape]).toEqual([
      [B, T, N * E],
      [B, M, D, E],
    ]);
  });

  test.each<[string, () => unknown, string]>([
    [
      "keys of other features",
      () => linearAttention(q, zeros([B, T, M * D + M]), v, given),
      "k should be [2, 3, 10] but is [2, 3, 12]. A key for each step, of as many features as a query: 2 heads of 5.",
    ],
    [
      "fewer values than keys",
      () => linearAttention(q, k, zeros([B, T - 1, M * E]), given),
      "v should be [2, 3, V] but is [2, 2, 12]. A value for each key.",
    ],
    [
      "values that heads do not divide",
      () => linearAttention(q, k, zeros([B, T, 7]), given),
      "v should be [B, T, a multiple of keyHeads, 2] but is [2, 3, 7]. Features of all heads lie side by side.",
    ],
    [
      "heads of keys that do not divide",
      () => linearAttention(q, k, v, { ...given, keyHeads: 3 }),
      "keyHeads should be a divisor of heads, 4, but is 3.",
    ],
    [
      "no steps",
      () => linearAttention(zeros([B, 0, N * D]), zeros([B, 0, M * D]), zeros([B, 0, M * E]), given),
      "q and v should be of at least one row, step and feature but is [2, 0, 20] and [2, 0, 12].",
    ],
    [
      "a decay of another size",
      () => linearAttention(q, k, v, { ...given, decay: zeros([B, T, M + 1]) }),
      "decay should be [2, 3, 2] but is [2, 3, 3]. One for each head of keys, or for each feature of a key, 10.",
    ],
    [
      "a β for each query",
      () => linearAttention(q, k, v, { ...given, beta: zeros([B, T, N]) }),
      "beta should be [2, 3, 2] but is [2, 3, 4]. One β for each head of keys at each step.",
    ],
    [
      "a state of other heads",
      () => linearAttention(q, k, v, { ...given, state: zeros([B, N, D, E]) }),
      "state should be [2, 2, 5, 6] but is [2, 4, 5, 6]. A matrix for each head of keys, features of a key by those of a value.",
    ],
    [
      "lengths past the end",
      () => linearAttention(q, k, v, { ...given, lengths: [1, T + 1] }),
      "lengths[1] should be a whole number from 0 to T = 3 but is 4. Lengths count true steps.",
    ],
    [
      "a scale that is no number",
      () => linearAttention(q, k, v, { ...given, scale: Number.NaN }),
      "scale should be a finite number but is NaN.",
    ],
    [
      "an option that there is not",
      () => linearAttention(q, k, v, { ...given, causal: true } as LinearAttentionCall),
      "options.causal should be one of heads, keyHeads, decay, beta, state, lengths, scale but is not one of them.",
    ],
    [
      "wide heads",
      () => linearAttention(zeros([1, 1, 300]), zeros([1, 1, 300]), zeros([1, 1, 4]), { heads: 1 }),
      "features of a key should be at most 256 for each head but is 300. Use more heads of fewer features.",
    ],
  ])("%s: refused before any GPU work", (_, call, message) => {
    expect(call).toThrow(message);
  });
});

describe("LinearAttention", () => {
  test("its heads begin by forgetting at rates from 0.1 to 0.001 a step", () => {
    const { decayBias } = new LinearAttention(6, 3, { rng: random(1) });
    const rates = Array.from(decayBias?.variable.initial ?? [], (b) => Math.log1p(Math.exp(b)));
    expect(rates.map((rate) => rate.toPrecision(3))).toEqual(["0.100", "0.0100", "0.00100"]);
  });

  test.each<[string, () => unknown, string]>([
    [
      "heads that do not divide",
      () => new LinearAttention(8, 3),
      "heads should be a divisor of size, 8, but is 3. Give headSize where it does not divide.",
    ],
    [
      "heads of keys that do not divide",
      () => new LinearAttention(8, 4, { keyHeads: 3 }),
      "keyHeads should be a divisor of heads, 4, but is 3.",
    ],
    [
      "an unknown option",
      () => new LinearAttention(8, 2, { dropout: 0.1 } as object),
      "options.dropout should be one of keyHeads, headSize, valueHeadSize, decay, delta, bias, rng but is not one of them.",
    ],
    [
      "other features",
      () => new LinearAttention(8, 2).forward(zeros([1, 2, 7])),
      "x should be [B, T, 8] but is [1, 2, 7]. The last axis must equal the size that the layer was built with, 8.",
    ],
    [
      "a state of another layer",
      () => new LinearAttention(8, 2).forward(zeros([1, 2, 8]), { state: { memory: zeros([1, 4, 2, 2]) } }),
      "state should be [1, 2, 4, 4] but is [1, 4, 2, 2]. A matrix for each head of keys, features of a key by those of a value.",
    ],
    [
      "heads of more features than an invocation keeps",
      () => new LinearAttention(8, 2, { valueHeadSize: 257 }),
      "linearAttention: features of a value should be at most 256 for each head but is 257. Use more heads of fewer features.",
    ],
    [
      "a tensor for a state",
      () => new LinearAttention(8, 2).forward(zeros([1, 2, 8]), { state: zeros([1, 2, 4, 4]) as never }),
      "LinearAttention.forward: state should be { memory } but is a Tensor.",
    ],
    [
      "a state of a recurrent layer",
      () => new LinearAttention(8, 2).forward(zeros([1, 2, 8]), { state: { h: zeros([1, 1, 8]) } as never }),
      "LinearAttention.forward: state.h should be one of memory but is not one of them.",
    ],
    [
      "a state of nothing",
      () => new LinearAttention(8, 2).forward(zeros([1, 2, 8]), { state: {} as never }),
      "LinearAttention.forward: state.memory should be a Tensor but is undefined.",
    ],
  ])("%s: refused", (_, call, message) => {
    expect(call).toThrow(message);
  });
});
