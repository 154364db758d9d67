import { normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { runKernel } from "../core";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { batchNorm, batchNormBackward, batchNormGradients, batchNormStatistics } from "./batch-norm";
import {
  type BatchNormCall,
  batchNormBackwardReference,
  batchNormReference,
  batchStatistics,
} from "./batch-norm.reference";

const gpu = useTestDevice();

const CALLS: (BatchNormCall & { why: string })[] = [
  { N: 1, P: 1, C: 1, channels: "first", why: "smallest" },
  { N: 5, P: 49, C: 3, channels: "first", why: "images" },
  { N: 9, P: 1, C: 35, channels: "last", why: "vectors" },
  { N: 6, P: 13, C: 17, channels: "last", why: "sequences" },
  { N: 6, P: 13, C: 17, channels: "last", lengths: [13, 0, 5, 1, 13, 8], why: "sequences within their lengths" },
  { N: 2, P: 3, C: 2, channels: "last", lengths: [0, 0], why: "nothing" },
];

describe.each(CALLS)("$why", (call) => {
  const { N, P, C, channels, lengths } = call;
  const [dims, options] = [{ N, P, C }, { channels }];
  const given: Record<string, readonly number[]> = lengths ? { lengths } : {};
  const epsilon = Math.fround(1e-2);
  // a mean that is large beside the deviation
  const x = Float64Array.from(normal([N * P * C], { seed: 1 }).data, (value) => Math.fround(value + 4));
  const dy = normal([N * P * C], { seed: 2 }).data;
  const [gamma, beta] = [normal([C], { seed: 3 }).data, normal([C], { seed: 4 }).data];
  const { mean, variance } = batchStatistics(call, x);
  /** μ and ρ of each channel, side by side. */
  const normaliser = Float64Array.from({ length: 2 * C }, (_, i) => {
    const c = Math.floor(i / 2);
    return i % 2 === 0 ? (mean[c] as number) : 1 / Math.sqrt((variance[c] as number) + epsilon);
  });
  const rounded = normaliser.map(Math.fround);
  const ε = 2 ** -24;
  const largest = 5 * Math.max(1, ...normaliser.filter((_, i) => i % 2 === 1)); // |x − μ|·ρ stays within
  /** Of n, from rounding the saved μ and ρ and the difference and product of them. */
  const saved = largest * (8 + 3) * ε * 2;

  test("statistics", async () => {
    // every addition rounds a number that may be as large as all: 8 of each element, 64 of each square; over n elements.
    // ρ is off by half of that times ρ³
    const bound = 64 * (Math.ceil(N / 4) * Math.ceil(P / 4) + 64 + 3) * ε;
    const slope = Math.max(1, ...normaliser.map((value, i) => (i % 2 === 1 ? value ** 3 / 2 : 0)));
    await checkKernel(gpu.device, batchNormStatistics, {
      ...{ dims, options, scalars: { epsilon }, inputs: { x, ...given }, expected: { mean, variance, normaliser } },
      tolerance: { absolute: bound * slope },
    });
  });

  test("forward", async () => {
    const expected = { y: batchNormReference(call, { x, gamma, beta, epsilon }) };
    await checkKernel(gpu.device, batchNorm, {
      ...{ dims, options, inputs: { x, normaliser: rounded, gamma, beta, ...given }, expected },
      tolerance: { absolute: 4 * saved + 4 * 4 * largest * ε }, // |γ| < 4
    });
  });

  test("backward", async () => {
    const { dx, dGamma, dBeta } = batchNormBackwardReference(call, { x, gamma, epsilon, dy });
    const many = Math.max(1, lengths ? lengths.reduce((a, b) => a + b, 0) : N * P);
    const shares = Float64Array.from({ length: 2 * C }, (_, i) => {
      const c = Math.floor(i / 2);
      return ((i % 2 === 0 ? dGamma[c] : dBeta[c]) as number) / many;
    });
    await checkKernel(gpu.device, batchNormGradients, {
      ...{ dims, options, inputs: { x, dy, normaliser: rounded, ...given }, expected: { dGamma, dBeta, shares } },
      // N·P terms of |dy| < 5, each off by its additions' roundings and by what n is off
      tolerance: { absolute: N * P * 5 * (largest * (N * P + 12) * ε + saved) },
    });
    await checkKernel(gpu.device, batchNormBackward, {
      ...{ dims, options, inputs: { x, dy, normaliser: rounded, shares: shares.map(Math.fround), gamma, ...given } },
      // γ·ρ < 4·largest times dy and n·shares, with n off, and six roundings
      ...{ expected: { dx }, tolerance: { absolute: 4 * largest * 5 * (saved + (6 + largest) * ε * largest) } },
    });
  });
});

test("padding, and rows of no length, change no bit", async () => {
  const [N, P, C] = [5, 7, 19];
  const lengths = [7, 3, 1, 6, 2];
  const sources = [normal([N * P * C], { seed: 1 }).data, normal([N * P * C], { seed: 2 }).data] as const;
  const bits = async (rows: number, steps: number) => {
    const [x, dy] = sources.map((source) => {
      const wide = new Float32Array(rows * steps * C).fill(1e9);
      for (let n = 0; n < N; n++) wide.set(source.subarray(n * P * C, (n + 1) * P * C), n * steps * C);
      return wide;
    }) as [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>];
    const given = { lengths: Uint32Array.from({ length: rows }, (_, n) => lengths[n] ?? 0) };
    const call = { dims: { N: rows, P: steps, C }, options: { channels: "last" as const } };
    const normaliser = new Float32Array(2 * C).fill(0.7);
    return Promise.all([
      runKernel(gpu.device, batchNormStatistics, { ...call, scalars: { epsilon: 1e-5 }, inputs: { x, ...given } }),
      runKernel(gpu.device, batchNormGradients, { ...call, inputs: { x, dy, normaliser, ...given } }),
    ]);
  };
  const plain = await bits(N, P);
  expect(new Set(plain[0].mean).size).toBe(C);
  expect(await bits(N, 30)).toEqual(plain);
  expect(await bits(12, P)).toEqual(plain);
});
