import { normal } from "@unroll/testing";
import { describe, test } from "vitest";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { rmsNorm, rmsNormBackward } from "./rms-norm";
import { rmsNormBackwardReference, rmsNormReference } from "./rms-norm.reference";

const gpu = useTestDevice();
const ULP = 2 ** -23;

describe.each([
  { R: 1, D: 1, why: "smallest" },
  { R: 65, D: 3, why: "one row more than four workgroups of lone invocations" },
  { R: 5, D: 67, why: "a multiple of no tile" },
  { R: 4, D: 256, why: "a quad in every slot, by fours" },
  { R: 3, D: 1025, why: "two quads to a turn" },
  { R: 0, D: 5, why: "no row" },
])("[$R, $D]: $why", ({ R, D }) => {
  const epsilon = Math.fround(1e-5);
  const x = normal([R, D], { seed: 1 }).data;
  const gamma = normal([D], { seed: 2 }).data;
  const dy = normal([R, D], { seed: 3 }).data;
  const { inverseRoot } = rmsNormReference({ x, D, epsilon });
  const rho = Math.max(1, ...inverseRoot);
  // additions of a sum of squares, halved by the root; root, quotient and three products, relative to |n·γ| ≤ √D·5
  const roundings = Math.ceil(D / 256) + Math.min(64, Math.ceil(D / 4)) + 12;
  const largest = 5 * Math.sqrt(D);

  test.each([true, false])("forward and backward, with a scale: %s", async (scaled) => {
    const given = scaled ? { gamma } : {};
    const forward = rmsNormReference({ x, D, epsilon, ...given });
    await checkKernel(gpu.device, rmsNorm, {
      ...{ dims: { R, D }, scalars: { epsilon }, inputs: { x, ...given }, expected: forward },
      tolerance: { absolute: largest * roundings * ULP, relative: roundings * ULP },
    });
    const saved = { inverseRoot: Float64Array.from(inverseRoot, Math.fround) };
    await checkKernel(gpu.device, rmsNormBackward, {
      ...{ dims: { R, D }, inputs: { x, dy, ...saved, ...given } },
      expected: { dx: rmsNormBackwardReference({ x, D, epsilon, ...given }, dy).dx },
      tolerance: { absolute: rho * 16 * largest * roundings * ULP }, // |g| ≤ 16, and a mean of g·n times n
    });
  });
});
