import { expect, test } from "vitest";
import { constantSampling, exponentialSampling, inverseSigmoidSampling, linearSampling } from "./sampling-schedule";

test("schedules fall as their equations say", () => {
  expect([0, 10, 1000].map(constantSampling(0.25))).toEqual([0.25, 0.25, 0.25]);
  expect([0, 1, 2, 100].map(linearSampling({ slope: 0.25, floor: 0.125 }))).toEqual([1, 0.75, 0.5, 0.125]);
  expect([0, 1, 2].map(exponentialSampling({ k: 0.5 }))).toEqual([1, 0.5, 0.25]);
  const inverse = inverseSigmoidSampling({ k: 10 });
  expect(inverse(0)).toBeCloseTo(10 / 11, 15);
  // half where exp(i/k) = k
  expect(inverse(10 * Math.log(10))).toBeCloseTo(0.5, 12);
  expect(inverse(1e6)).toBe(0);
});
