import { normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { runKernel } from "../core";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { logSoftmax, logSoftmaxBackward, softmax, softmaxBackward } from "./softmax";
import {
  logSoftmaxBackwardReference,
  logSoftmaxReference,
  softmaxBackwardReference,
  softmaxReference,
} from "./softmax.reference";

const gpu = useTestDevice();
const ULP = 2 ** -23;
/** Additions that one element of a row's sum goes through: its slot, the 64 slots in order, the parts of a quad. */
const additions = (V: number): number => Math.ceil(V / 256) + Math.min(64, Math.ceil(V / 4)) + 2;
/**
 * Relative error of Σ e^(x − max): exp has 3 + 2d ulp at a depth d below the maximum, and terms deeper than 10 weigh
 * next to nothing; then half an ulp for each addition.
 */
const sumError = (V: number): number => (3 + 2 * 10 + additions(V) / 2) * ULP;

const SIZES = [
  { R: 1, V: 1, why: "smallest" },
  { R: 3, V: 2, why: "half a quad" },
  { R: 65, V: 18, why: "one row more than four workgroups of lone invocations" },
  { R: 5, V: 67, why: "a multiple of no tile" },
  { R: 19, V: 256, why: "a quad in every slot, by fours" },
  { R: 3, V: 257, why: "a slot has two quads" },
  { R: 9, V: 1028, why: "two quads to a turn, by fours" },
  { R: 7, V: 1001, why: "an odd number of long rows" },
  { R: 2, V: 10_003, why: "a vocabulary" },
  { R: 0, V: 5, why: "no row" },
];

describe.each(SIZES)("[$R, $V]: $why", ({ R, V }) => {
  const x = normal([R, V], { seed: 1, scale: 3 }).data; // at most 26 below the maximum
  const dy = normal([R, V], { seed: 2 }).data; // |dy| ≤ 6
  if (V > 3 && R > 0) x[V - 2] = -1e30; // one masked element
  if (R > 1) x.fill(-1e30, (R - 1) * V); // a fully masked row
  const dims = { R, V };

  test("softmax", async () => {
    // exp 3 + 2·26, the sum, a quotient and a product
    const relative = (3 + 2 * 26 + 4) * ULP + sumError(V);
    const expected = { y: softmaxReference(x, V).map((p) => (Number.isNaN(p) ? 0 : p)) };
    await checkKernel(gpu.device, softmax, {
      dims,
      inputs: { x },
      expected,
      tolerance: { absolute: 2 ** -126, relative },
    });
  });

  test("its logarithm", async () => {
    // the sum's relative error becomes absolute; log 2^-21; rounding of two subtractions
    const tolerance = { absolute: sumError(V) + 2 ** -21, relative: 2 * ULP };
    await checkKernel(gpu.device, logSoftmax, {
      dims,
      inputs: { x },
      expected: { y: logSoftmaxReference(x, V) },
      tolerance,
    });
  });

  test("backward", async () => {
    const y = Float64Array.from(softmaxReference(x, V), Math.fround);
    // Σ dy·y with Σ y = 1: half an ulp an addition and two for products, of numbers up to 6; dx is at most once that
    await checkKernel(gpu.device, softmaxBackward, {
      dims,
      inputs: { y, dy },
      expected: { dx: softmaxBackwardReference(y, dy, V) },
      tolerance: { absolute: ((additions(V) + 4) / 2) * 6 * ULP },
    });
  });

  test("backward of its logarithm", async () => {
    const y = Float64Array.from(logSoftmaxReference(x, V), Math.fround);
    const p = Math.max(0, ...Array.from(y, Math.exp));
    let largest = 0; // Σ|dy| of a row bounds what its additions may lose
    for (let r = 0; r < R; r++) {
      largest = Math.max(
        largest,
        dy.subarray(r * V, (r + 1) * V).reduce((a, b) => a + Math.abs(b), 0),
      );
    }
    await checkKernel(gpu.device, logSoftmaxBackward, {
      dims,
      inputs: { y, dy },
      expected: { dx: logSoftmaxBackwardReference(y, dy, V) },
      // p·Σdy: the additions and exp's 3 + 2·10 ulp, times Σ|dy|; then the difference's rounding
      tolerance: { absolute: p * largest * (additions(V) / 2 + 24) * ULP + 6 * ULP },
    });
  });
});

test.each([
  {
    why: "lanes together",
    kernels: { forward: { ...softmax, variants: [] }, backward: { ...softmaxBackward, variants: [] } },
  },
  { why: "as chosen", kernels: { forward: softmax, backward: softmaxBackward } },
])("masked elements beyond a row's end change no bit, however long: $why", async ({ kernels }) => {
  const bits = async (V: number): Promise<Uint32Array> => {
    const x = new Float32Array(3 * V).fill(-1e30);
    const known = normal([3, 101], { seed: 5, scale: 3 }).data;
    for (let r = 0; r < 3; r++) x.set(known.subarray(r * 101, (r + 1) * 101), r * V);
    const { y } = await runKernel(gpu.device, kernels.forward, { dims: { R: 3, V }, inputs: { x } });
    const dy = Float32Array.from({ length: 3 * V }, (_, n) => Math.sin((n % V) + 1));
    const { dx } = await runKernel(gpu.device, kernels.backward, {
      dims: { R: 3, V },
      inputs: { y: y ?? new Float32Array(), dy },
    });
    if (!y || !dx) throw new Error("Nothing came back.");
    const words = [y, dx].flatMap((out) =>
      [0, 1, 2].flatMap((r) => [...new Uint32Array(out.buffer).subarray(r * V, r * V + 101)]),
    );
    return Uint32Array.from(words);
  };
  const plain = await bits(101);
  expect(new Set(plain).size).toBeGreaterThan(500); // these are numbers, not zeros
  for (const V of [103, 128, 257, 300, 1100]) expect(await bits(V), `padded to ${V}`).toEqual(plain);
});
