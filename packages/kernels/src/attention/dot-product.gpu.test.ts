import { normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { runKernel } from "../core";
import { type AttentionCase, CASES, inputsOf, prepare, SEED } from "../test-support/attention-cases";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { NO_BIAS, options as NONE } from "./dot-product";
import { attentionBackwardReference, attentionReference } from "./dot-product.reference";
import {
  dotProductAttentionKeyGradients,
  dotProductAttentionQueryGradient,
  dotProductAttentionStatistics,
} from "./dot-product-backward";
import { dotProductAttention } from "./dot-product-forward";

const gpu = useTestDevice();
const ε = 2 ** -24;
const largest = (x: Float64Array): number => x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/**
 * Relative error of a weight: of its score, twice, since the highest may be off too; exp and its quotient, 3 + 2d ulp at a
 * depth d of at most 24 below the highest; half an ulp for each key in the sum; logSum, up to 32, is rounded when saved.
 */
function weightError({ sizes: { D, S }, softcap = 0 }: AttentionCase): number {
  const score = (D / 4 + 6) * 3 * Math.sqrt(D) * ε + (softcap > 0 ? softcap * 20 * ε : 0);
  return 2 * score + 2 * (3 + 2 * 24) * 2 * ε + (S + 64) * ε;
}

describe.each(CASES.map((each, variant) => ({ ...each, variant })))("$why", ({ variant, ...each }) => {
  const { sizes, p = 0 } = each;
  const { B, T, N, M, E } = sizes;
  const { dOut, ...inputs } = inputsOf(sizes);
  const { terms, options, dims, scalars, packed } = prepare(each);
  const reference = attentionReference(sizes, terms, inputs);
  const relative = weightError(each);
  const kept = 1 / (1 - p);

  test("forward", async () => {
    await checkKernel(gpu.device, dotProductAttention, {
      ...{ dims, options, scalars },
      inputs: { ...inputs, ...packed },
      outputs: ["logSum"],
      variant,
      expected: { out: reference.out, logSum: reference.logSum },
      // a mean of values, each weight off by `relative`; |logSum| ≤ 32, and −1e30 where there is no key
      tolerance: { absolute: Math.max(kept * largest(inputs.v) * relative, relative + 32 * ε), relative: 1e-7 },
    });
  });

  test("backward", async () => {
    const { dq, dk, dv } = attentionBackwardReference(sizes, terms, inputs, dOut);
    const logSum = reference.logSum.map(Math.fround);
    const out = reference.out.map(Math.fround);
    const { statistics } = await runKernel(gpu.device, dotProductAttentionStatistics, {
      dims: { R: B * T * N, E },
      inputs: { out: Float32Array.from(out), dOut: Float32Array.from(dOut), logSum: Float32Array.from(logSum) },
    });
    const given = { ...inputs, ...packed, dOut, statistics: Float64Array.from(statistics ?? []) };
    // |dp| and |δ| are at most Σ|dOut·v| ≤ 2E; each is off by (E + 6)ε of that. Weights of a query add up to 1, those of
    // a key to no more than all queries of its heads.
    const slope = 4 * E * kept * (relative + (E + 6) * ε);
    const scale = scalars.scale;
    await checkKernel(gpu.device, dotProductAttentionQueryGradient, {
      ...{ dims, options, scalars },
      inputs: given,
      variant,
      expected: { dq },
      tolerance: { absolute: scale * largest(inputs.k) * slope },
    });
    const queries = (T * N) / M;
    await checkKernel(gpu.device, dotProductAttentionKeyGradients, {
      ...{ dims, options, scalars },
      inputs: given,
      variant,
      expected: { dk, dv },
      tolerance: { absolute: queries * Math.max(scale * largest(inputs.q) * slope, kept * largest(dOut) * relative) },
    });
  });
});

test("padding of keys and queries changes no bit, forward or backward", async () => {
  const run = async (T: number, S: number) => {
    const dims = { B: 1, T, S, N: 2, M: 1, D: 8, E: 8, ...NO_BIAS };
    const padded = (
      rows: number,
      width: number,
      real: number,
      seed: number,
      fill: number,
    ): Float32Array<ArrayBuffer> => {
      const values = new Float32Array(rows * width).fill(fill);
      values.set(normal([real, width], { seed }).data);
      return values;
    };
    const inputs = {
      q: padded(T, 16, 11, 1, 3),
      k: padded(S, 8, 13, 2, 3),
      v: padded(S, 8, 13, 3, 3),
      terms: Float32Array.of(13),
    };
    const dOut = padded(T, 16, 11, 4, 0); // the gradient of padding is zero
    const call = {
      dims,
      options: { ...NONE, lengths: true },
      scalars: { scale: 0.5, softcap: 0, offset: 0, p: 0, ...SEED },
    };
    const { out, logSum } = await runKernel(gpu.device, dotProductAttention, { ...call, inputs, outputs: ["logSum"] });
    const { statistics } = await runKernel(gpu.device, dotProductAttentionStatistics, {
      dims: { R: T * 2, E: 8 },
      inputs: { out: out as Float32Array<ArrayBuffer>, dOut, logSum: logSum as Float32Array<ArrayBuffer> },
    });
    const given = { ...inputs, dOut, statistics: statistics as Float32Array<ArrayBuffer> };
    const { dq } = await runKernel(gpu.device, dotProductAttentionQueryGradient, { ...call, inputs: given });
    const { dk, dv } = await runKernel(gpu.device, dotProductAttentionKeyGradients, { ...call, inputs: given });
    const bits = (x: ArrayLike<number> | undefined, count: number) => [
      ...Uint32Array.from(new Uint32Array(Float32Array.from(x ?? []).buffer)).subarray(0, count),
    ];
    return [bits(out, 11 * 16), bits(dq, 11 * 16), bits(dk, 13 * 8), bits(dv, 13 * 8)];
  };
  const plain = await run(11, 13);
  expect(new Set(plain.flat()).size).toBeGreaterThan(300); // these are numbers, not zeros
  expect(await run(12, 13)).toEqual(plain);
  expect(await run(37, 50)).toEqual(plain);
});
