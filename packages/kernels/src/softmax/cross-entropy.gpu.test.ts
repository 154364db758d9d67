import { expectClose, integers, normal, uniform } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { runKernel } from "../core";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { crossEntropy, crossEntropyBackward } from "./cross-entropy";
import {
  crossEntropyBackwardReference,
  crossEntropyReference,
  nllBackwardReference,
  nllReference,
  reductionBackwardReference,
} from "./cross-entropy.reference";
import { nll, nllBackward } from "./nll";
import { reduceLoss } from "./reduce-loss";

const gpu = useTestDevice();
const ULP = 2 ** -23;
/** Additions that one element of a row's sum goes through: its slot, the 64 slots in order, the parts of a quad. */
const additions = (V: number): number => Math.ceil(V / 256) + Math.min(64, Math.ceil(V / 4)) + 2;
/** Of Σ e^(x − max): see the tests of softmax. */
const sumError = (V: number): number => (3 + 2 * 10 + additions(V) / 2) * ULP;

const IGNORED = -3;
const SIZES = [
  { R: 1, V: 1, why: "smallest" },
  { R: 65, V: 18, why: "names by language" },
  { R: 9, V: 67, why: "a multiple of no tile" },
  { R: 17, V: 257, why: "a slot has two quads" },
  { R: 4, V: 1028, why: "two quads to a turn, by fours" },
  { R: 3, V: 10_003, why: "a vocabulary" },
];
const VARIANTS = [
  { weighted: false, smoothing: 0 },
  { weighted: true, smoothing: 0 },
  { weighted: false, smoothing: Math.fround(0.1) },
  { weighted: true, smoothing: Math.fround(0.1) },
];

function makeCase(R: number, V: number, weighted: boolean) {
  const x = normal([R, V], { seed: 1, scale: 3 }).data; // |x| ≤ 13
  const targets = integers([R], { seed: 2, high: V }).data;
  if (R > 2) targets.set([IGNORED, V], 1); // one ignored, one that is no class
  const classWeights = weighted ? uniform([V], { seed: 3, low: 0.1, high: 2 }).data : undefined;
  const call = { x, targets, V, ignoreIndex: IGNORED, ...(classWeights ? { classWeights } : {}) };
  return { x, targets, call, weights: classWeights ? { classWeights } : {} };
}

describe.each(SIZES)("[$R, $V]: $why", ({ R, V }) => {
  describe.each(VARIANTS)("class weights $weighted, smoothing $smoothing", ({ weighted, smoothing }) => {
    const { x, targets, call, weights } = makeCase(R, V, weighted);
    const dims = { R, V };
    const scalars = { ignoreIndex: IGNORED, smoothing };
    const expected = crossEntropyReference({ ...call, smoothing });
    const w = 2; // the largest weight

    test("forward", async () => {
      const absolute =
        w * (sumError(V) + 2 ** -21) + //                            the logarithm of the sum, and log's own error
        smoothing * w * 26 * additions(V) * (ULP / 2) + //           Σ w·(x − max) with |x − max| ≤ 26
        2 * ULP; //                                                  of the parts' last roundings, near zero
      await checkKernel(gpu.device, crossEntropy, {
        dims,
        scalars,
        inputs: { logits: x, targets, ...weights },
        expected: { loss: expected.loss, weight: expected.weight },
        tolerance: { absolute, relative: 4 * ULP },
      });
    });

    test.each(["none", "sum", "mean"] as const)("backward: %s", async (reduction) => {
      const { loss, weight, stats } = await runKernel(gpu.device, crossEntropy, {
        dims,
        scalars,
        inputs: {
          logits: Float32Array.from(x),
          targets: Int32Array.from(targets),
          ...(weights.classWeights ? { classWeights: Float32Array.from(weights.classWeights) } : {}),
        },
      });
      if (!loss || !weight || !stats) throw new Error("Nothing came back.");
      const total = Math.fround(expected.weight.reduce((a, b) => a + b, 0));
      const dLoss = reduction === "none" ? normal([R], { seed: 4 }).data : Float64Array.of(0.75);
      const s = reduction === "none" ? dLoss : reductionBackwardReference(expected.weight, reduction, 0.75);
      const largest = Math.max(...s.map(Math.abs));
      await checkKernel(gpu.device, crossEntropyBackward, {
        dims,
        scalars,
        options: { reduction },
        inputs: { logits: x, targets, stats, dLoss, totalWeight: [total], ...weights },
        expected: { dLogits: crossEntropyBackwardReference({ ...call, smoothing }, s) },
        // p's error: the saved logarithm's, and exp's p·(3 + 2d) ≤ 4 ulp with the argument's rounding p·d ≤ 1; then
        // the differences with the hit and the smoothing
        tolerance: { absolute: largest * w * (sumError(V) + 2 ** -21 + 8 * ULP), relative: 4 * ULP },
      });
    });

    test("nll, forward and backward", async () => {
      const q = x.map((value) => -Math.abs(value));
      const logCall = { ...call, x: q, smoothing };
      const reference = nllReference(logCall);
      await checkKernel(gpu.device, nll, {
        dims,
        scalars,
        inputs: { logProbabilities: q, targets, ...weights },
        expected: { loss: reference.loss, weight: reference.weight },
        // only smoothing adds: V terms in turn, each at most 13·w, divided by V
        tolerance: { absolute: smoothing * w * 13 * V * (ULP / 2), relative: 4 * ULP },
      });
      const s = normal([R], { seed: 6 }).data;
      await checkKernel(gpu.device, nllBackward, {
        dims,
        scalars,
        options: { reduction: "none" },
        inputs: { targets, dLoss: s, ...weights },
        expected: { dLogProbabilities: nllBackwardReference(logCall, s) },
        tolerance: { absolute: 2 ** -126, relative: 6 * ULP }, // four products, a quotient and a sum of one sign
      });
    });
  });
});

test("ignored rows get exact zeros", async () => {
  const { x, targets } = makeCase(4, 18, false);
  const stats = new Float32Array(16).fill(0.5);
  const { dLogits } = await runKernel(gpu.device, crossEntropyBackward, {
    dims: { R: 4, V: 18 },
    scalars: { ignoreIndex: IGNORED, smoothing: 0.1 },
    options: { reduction: "sum" },
    inputs: { logits: Float32Array.from(x), targets: Int32Array.from(targets), stats, dLoss: Float32Array.of(1) },
  });
  expect(dLogits?.subarray(18, 54).every((value) => value === 0)).toBe(true);
  expect(dLogits?.subarray(0, 18).every((value) => value !== 0)).toBe(true);
});

describe("reduceLoss", () => {
  test.each([
    { B: 1, T: 1 },
    { B: 3, T: 67 },
    { B: 200, T: 1 },
    { B: 33, T: 40 },
    { B: 0, T: 4 },
  ])("[$B, $T]", async ({ B, T }) => {
    const loss = normal([B, T], { seed: 1 }).data.map(Math.abs);
    const weight = uniform([B, T], { seed: 2, low: 0.5, high: 1 }).data;
    const sum = loss.reduce((a, b) => a + b, 0);
    const all = weight.reduce((a, b) => a + b, 0);
    // half an ulp an addition of numbers of one sign: a lane's, then 256 lanes'; a quotient
    const relative = ((Math.ceil(B / 16) * Math.ceil(T / 16) + 256) / 2 + 3) * ULP;
    const check = { dims: { B, T }, inputs: { loss, weight }, tolerance: { absolute: 0, relative } };
    await checkKernel(gpu.device, reduceLoss, {
      ...check,
      options: { reduction: "sum" },
      expected: { total: [sum], totalWeight: [all] },
    });
    await checkKernel(gpu.device, reduceLoss, { ...check, expected: { total: [all === 0 ? 0 : sum / all] } });
  });

  test("rows and steps that only fill up change no bit", async () => {
    const known = normal([5, 21], { seed: 3 }).data;
    const bits = async (B: number, T: number): Promise<number[]> => {
      const loss = new Float32Array(B * T);
      const weight = new Float32Array(B * T);
      for (let b = 0; b < 5; b++) {
        loss.set(known.subarray(b * 21, (b + 1) * 21), b * T);
        weight.fill(0.3, b * T, b * T + 21);
      }
      const { total, totalWeight } = await runKernel(gpu.device, reduceLoss, {
        dims: { B, T },
        inputs: { loss, weight },
      });
      if (!total || !totalWeight) throw new Error("Nothing came back.");
      return [...new Uint32Array(total.buffer), ...new Uint32Array(totalWeight.buffer)];
    };
    const plain = await bits(5, 21);
    for (const [B, T] of [
      [5, 22],
      [5, 64],
      [64, 21],
      [37, 300],
    ] as const) {
      expect(await bits(B, T)).toEqual(plain);
    }
  });
});

test("logits far apart stay finite, and a shift changes nothing", async () => {
  const logits = [1e4, -1e4, 0, 3e4, 3e4, 3e4];
  const { loss } = await runKernel(gpu.device, crossEntropy, {
    dims: { R: 2, V: 3 },
    scalars: { ignoreIndex: -100, smoothing: 0 },
    inputs: { logits: Float32Array.from(logits), targets: Int32Array.of(1, 1) },
  });
  // 2e4 exactly below the maximum; ln 3 whatever the height
  expectClose("loss", loss ?? [], [2e4, Math.log(3)], { absolute: 2 ** -21, relative: ULP });
});

test("a NaN among the logits reaches the loss", async () => {
  const logits = Float32Array.from({ length: 2 * 18 }, (_, n) => n / 7);
  logits[20] = Number.NaN;
  const { loss } = await runKernel(gpu.device, crossEntropy, {
    dims: { R: 2, V: 18 },
    scalars: { ignoreIndex: -100, smoothing: 0 },
    inputs: { logits, targets: Int32Array.of(3, 3) },
  });
  expect(Number.isFinite(loss?.[0])).toBe(true);
  expect(Number.isFinite(loss?.[1])).toBe(false);
});
