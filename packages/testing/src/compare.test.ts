import { expect, test } from "vitest";
import { expectClose, expectUlp, maxAbsDiff, maxUlp } from "./compare";

test("the worst element is found, with its place", () => {
  expect(maxAbsDiff([1, 2, 3], [1, 2.5, 2.9])).toEqual({ worst: 0.5, index: 1, actual: 2, expected: 2.5 });
});

test("equal infinities and NaNs are equal; one side alone is infinitely far", () => {
  const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
  expect(maxAbsDiff([nan, infinity], [nan, infinity]).worst).toBe(0);
  expect(maxAbsDiff([nan], [1]).worst).toBe(infinity);
  expect(maxAbsDiff([1], [nan]).worst).toBe(infinity);
  expect(maxUlp([infinity], [1]).worst).toBe(infinity);
});

test("ulps count float32 numbers, across zero too", () => {
  const tiny = 2 ** -149; // the smallest float32
  expect(maxUlp([1 + 2 ** -23], [1]).worst).toBe(1);
  expect(maxUlp([1], [1 - 2 ** -24]).worst).toBe(1);
  expect(maxUlp([tiny], [-tiny]).worst).toBe(2);
  expect(maxUlp([-2], [-2 - 2 ** -22]).worst).toBe(1);
});

test("a length that differs is an error", () => {
  expect(() => maxAbsDiff([1], [1, 2])).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: 2 elements were expected but 1 came.]`,
  );
});

test("expectClose passes at its bound, fails just past it, and names the place", () => {
  expect(expectClose("y", [1.5, -8], [1, -10], { absolute: 0.5, relative: 0.15 }).worst).toBe(2);
  const past = () => expectClose("y", [1, 2, 3, 4], [1, 2, 3, 4.5], { absolute: 0.25, relative: 0.01, shape: [2, 2] });
  expect(past).toThrowErrorMatchingInlineSnapshot(
    `[ToleranceError: y: at [1, 1] 4.5 was expected but 4 came, 0.5000  apart where 0.2950 is allowed.]`,
  );
  expect(() => expectClose("y", [Number.NaN], [0], { absolute: 1e9 })).toThrowErrorMatchingInlineSnapshot(
    `[ToleranceError: y: at element 0 0 was expected but NaN came, NaN  apart where 1.000e+9 is allowed.]`,
  );
});

test("expectUlp fails one ulp past its bound", () => {
  expect(expectUlp("y", [1 + 2 ** -22], [1], { ulp: 2 }).worst).toBe(2);
  expect(() => expectUlp("y", [1 + 2 ** -22], [1], { ulp: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[ToleranceError: y: at element 0 1 was expected but 1.000000238418579 came, 2.000 ulp apart where 1.000 is allowed.]`,
  );
});
