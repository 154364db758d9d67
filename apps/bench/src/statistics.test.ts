import { expect, test } from "vitest";
import { median, middleMean, quantile, ratioOfMedians } from "./statistics";

test("quantiles lie between values in proportion", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(quantile([0, 10, 20, 30, 40], 0.1)).toBe(4);
  expect(quantile([0, 10, 20, 30, 40], 1)).toBe(40);
  expect(quantile([7], 0.9)).toBe(7);
  expect(median([])).toBeNaN();
});

test("the middle mean leaves the ends out", () => {
  expect(middleMean([1, 2, 3, 1000])).toBe(2.5);
  expect(middleMean([5])).toBe(5);
});

/** Evenly spread over ±10 % of `center`. */
const around = (center: number, count: number) =>
  Array.from({ length: count }, (_, n) => center * (0.9 + (0.2 * n) / (count - 1)));

test("the interval holds the ratio, and narrows with more samples", () => {
  const few = ratioOfMedians(around(12, 8), around(10, 8));
  const many = ratioOfMedians(around(12, 200), around(10, 200));
  for (const { ratio, low, high } of [few, many]) {
    expect(ratio).toBeCloseTo(1.2, 10);
    expect(low).toBeLessThan(1.2);
    expect(high).toBeGreaterThan(1.2);
  }
  expect(many.high - many.low).toBeLessThan((few.high - few.low) / 2);
  // the median of n values spread evenly over w has a deviation of about w / (2·√n): 0.071 of each for 200 over 20 %
  expect(many.low).toBeGreaterThan(1.2 * (1 - 4 * Math.SQRT2 * 0.0071));
  expect(many.high).toBeLessThan(1.2 * (1 + 4 * Math.SQRT2 * 0.0071));
});

test("equal samples give 1 without width, and the same samples the same interval", () => {
  expect(ratioOfMedians([5, 5, 5], [5, 5, 5])).toEqual({ ratio: 1, low: 1, high: 1 });
  expect(ratioOfMedians(around(3, 9), around(2, 9))).toEqual(ratioOfMedians(around(3, 9), around(2, 9)));
});
