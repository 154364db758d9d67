import { normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { runKernel } from "../core";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { layerNorm, layerNormBackward, layerNormParameterGradients } from "./layer-norm";
import { layerNormBackwardReference, layerNormReference } from "./layer-norm.reference";

const gpu = useTestDevice();
const ULP = 2 ** -23;
/** Additions that one element of a row's sum goes through: its slot, the 64 slots in order, the parts of a quad. */
const additions = (D: number): number => Math.ceil(D / 256) + Math.min(64, Math.ceil(D / 4)) + 2;
const epsilon = Math.fround(1e-5);

const SIZES = [
  { R: 1, D: 2, why: "smallest with a variance" },
  { R: 65, D: 3, why: "one row more than four workgroups of lone invocations" },
  { R: 5, D: 67, why: "a multiple of no tile" },
  { R: 4, D: 256, why: "a quad in every slot, by fours" },
  { R: 3, D: 1025, why: "two quads to a turn" },
  { R: 7, D: 1500, why: "an odd number of long rows, by fours" },
  { R: 0, D: 5, why: "no row" },
];

describe.each(SIZES)("[$R, $D]: $why", ({ R, D }) => {
  const dims = { R, D };
  const offset = 4; // a mean that is large beside the deviation
  const x = Float64Array.from(normal([R, D], { seed: 1 }).data, (value) => Math.fround(value + offset));
  const gamma = normal([D], { seed: 2 }).data;
  const beta = normal([D], { seed: 3 }).data;
  const dy = normal([R, D], { seed: 4 }).data;
  const reference = layerNormReference({ x, D, gamma, beta, epsilon });
  const { mean, inverseDeviation } = reference;
  const rho = Math.max(1, ...inverseDeviation);
  /** Of μ: half an ulp an addition of numbers up to 8, and the quotient. */
  const meanError = 8 * (additions(D) / 2 + 3) * ULP;
  /** Relative, of ρ: x − μ is off by μ's error, squared, halved by the root; root and quotient 5 ulp. */
  const rhoError = meanError * rho + (additions(D) / 2 + 7) * ULP;
  const largest = 5 * rho; // |x − μ|·ρ and |γ|·|n| stay within
  const normalError = meanError * rho + largest * (rhoError + 2 * ULP);

  test("forward", async () => {
    await checkKernel(gpu.device, layerNorm, {
      dims,
      scalars: { epsilon },
      inputs: { x, gamma, beta },
      expected: { y: reference.y, mean },
      tolerance: { absolute: 4 * normalError + meanError },
    });
    const plain = layerNormReference({ x, D, epsilon });
    await checkKernel(gpu.device, layerNorm, {
      dims,
      scalars: { epsilon },
      inputs: { x },
      expected: { y: plain.y, inverseDeviation },
      tolerance: { absolute: normalError, relative: rhoError },
    });
  });

  test("backward", async () => {
    const saved = {
      mean: Float64Array.from(mean, Math.fround),
      inverseDeviation: Float64Array.from(inverseDeviation, Math.fround),
    };
    // g and n are at most 16 and `largest`; two means of D terms, then three roundings, all times ρ
    const g = 16;
    const savedError = g * largest * (4 * rho * 8 * ULP + 2 * ULP); // of n, from rounding the saved μ and ρ
    const absolute = rho * (g * largest * largest * (additions(D) / 2 + 6) * ULP + 2 * largest * savedError);
    for (const scale of [gamma, undefined]) {
      const { dx } = layerNormBackwardReference({ x, D, epsilon, ...(scale ? { gamma: scale } : {}) }, dy);
      await checkKernel(gpu.device, layerNormBackward, {
        dims,
        inputs: { x, dy, ...saved, ...(scale ? { gamma: scale } : {}) },
        expected: { dx },
        tolerance: { absolute },
      });
    }
    const { dGamma, dBeta } = layerNormBackwardReference({ x, D, epsilon }, dy);
    // R terms of at most 5·largest
    for (const [B, T] of R % 5 === 0
      ? [[5, R / 5]]
      : [
          [R, 1],
          [1, R],
        ]) {
      await checkKernel(gpu.device, layerNormParameterGradients, {
        dims: { B: B ?? 0, T: T ?? 0, D },
        inputs: { x, dy, ...saved },
        expected: { dGamma, dBeta },
        tolerance: { absolute: Math.max(1, R) * (5 * largest * (R / 8 + 20) * ULP + 5 * savedError) },
      });
    }
  });
});

test("rows and steps of zero gradient change no bit of the parameters' gradients", async () => {
  const D = 19;
  const sources = [normal([5, 21, D], { seed: 1 }).data, normal([5, 21, D], { seed: 2 }).data];
  const bits = async (B: number, T: number): Promise<number[]> => {
    const [x, dy] = sources.map((source) => {
      const out = new Float32Array(B * T * D);
      for (let b = 0; b < 5; b++) out.set(source.subarray(b * 21 * D, (b + 1) * 21 * D), b * T * D);
      return out;
    });
    if (!x || !dy) throw new Error("There are two arrays.");
    const { dGamma, dBeta } = await runKernel(gpu.device, layerNormParameterGradients, {
      dims: { B, T, D },
      inputs: {
        x,
        dy,
        mean: new Float32Array(B * T).fill(0.1),
        inverseDeviation: new Float32Array(B * T).fill(1.3),
      },
    });
    if (!dGamma || !dBeta) throw new Error("Nothing came back.");
    return [...new Uint32Array(dGamma.buffer), ...new Uint32Array(dBeta.buffer)];
  };
  const plain = await bits(5, 21);
  expect(new Set(plain).size).toBe(2 * D);
  expect(await bits(5, 40)).toEqual(plain);
  expect(await bits(33, 21)).toEqual(plain);
});

test("a constant row gives β, not a division by zero", async () => {
  const { y } = await runKernel(gpu.device, layerNorm, {
    dims: { R: 1, D: 4 },
    scalars: { epsilon },
    inputs: { x: new Float32Array(4).fill(7), beta: Float32Array.of(1, 2, 3, 4) },
  });
  expect([...(y ?? [])]).toEqual([1, 2, 3, 4]);
});
