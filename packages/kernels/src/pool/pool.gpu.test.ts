import { integers, normal } from "@unroll/testing";
import { describe, test } from "vitest";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { averagePool, averagePoolBackward, maxPool, maxPoolBackward, type PoolDims } from "./pool";
import {
  averagePoolBackwardReference,
  averagePoolReference,
  maxPoolBackwardReference,
  maxPoolReference,
} from "./pool.reference";

const gpu = useTestDevice();

const flat = { N: 1, C: 1, H: 1, W: 1, OH: 1, OW: 1, kH: 1, kW: 1, sH: 1, sW: 1, pH: 0, pW: 0 };
const SIZES: { why: string; d: PoolDims; lengths?: number[] }[] = [
  { why: "smallest", d: flat },
  { why: "2 x 2", d: { ...flat, N: 2, C: 3, H: 6, W: 4, OH: 3, OW: 2, kH: 2, kW: 2, sH: 2, sW: 2 } },
  { why: "overlap", d: { ...flat, N: 2, C: 3, H: 7, W: 6, OH: 7, OW: 4, kH: 3, kW: 3, sH: 1, sW: 2, pH: 1, pW: 2 } },
  { why: "gaps between windows", d: { ...flat, C: 2, H: 7, W: 8, OH: 2, OW: 3, kH: 2, kW: 1, sH: 4, sW: 3 } },
  { why: "all of an image", d: { ...flat, N: 3, C: 5, H: 4, W: 9, kH: 4, kW: 9 } },
  {
    why: "steps within their lengths",
    d: { ...flat, N: 4, C: 35, W: 9, OW: 4, kW: 3, sW: 2 },
    lengths: [9, 0, 4, 1],
  },
  { why: "all of a sequence", d: { ...flat, N: 4, C: 35, W: 9, kW: 9 }, lengths: [9, 0, 4, 1] },
  { why: "no image", d: { ...flat, N: 0, C: 2 } },
];

describe.each(["first", "last"] as const)("channels %s", (channels) => {
  describe.each(SIZES)("$why", ({ d, lengths }) => {
    const options = { channels };
    const given: Record<string, number[]> = lengths ? { lengths } : {};
    const y = [d.N * d.C * d.OH * d.OW];
    const dy = normal(y, { seed: 2 }).data;

    test("the largest, and its gradient", async () => {
      // small whole numbers, of which many are equal
      const x = Float64Array.from(integers([d.N * d.C * d.H * d.W], { seed: 1, low: -4, high: 3 }).data);
      const expected = maxPoolReference(d, options, x, lengths);
      const exact = { absolute: Number.MIN_VALUE };
      await checkKernel(gpu.device, maxPool, {
        ...{ dims: d, options, inputs: { x, ...given }, tolerance: exact },
        expected: { y: expected.y, index: expected.index },
      });
      await checkKernel(gpu.device, maxPoolBackward, {
        ...{ dims: d, options, inputs: { dy, index: expected.index } },
        expected: { dx: maxPoolBackwardReference(d, options, { x, dy }, lengths) },
        tolerance: { absolute: 9 * 5 * 2 ** -23 }, // nine windows at most, of gradients below 5
      });
    });

    test("the mean, and its gradient", async () => {
      const x = normal([d.N * d.C * d.H * d.W], { seed: 3 }).data;
      const tolerance = { absolute: (36 + 3) * 5 * 2 ** -23 }; // 36 numbers below 5 at most, and a quotient
      await checkKernel(gpu.device, averagePool, {
        ...{ dims: d, options, inputs: { x, ...given }, tolerance },
        expected: { y: averagePoolReference(d, options, x, lengths) },
      });
      await checkKernel(gpu.device, averagePoolBackward, {
        ...{ dims: d, options, inputs: { dy, ...given }, tolerance },
        expected: { dx: averagePoolBackwardReference(d, options, dy, lengths) },
      });
    });
  });
});
