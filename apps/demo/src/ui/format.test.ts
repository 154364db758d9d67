import { expect, test } from "vitest";
import { formatFixed, formatNumber, formatPercent } from "./format";

test.each([
  [0, "0"],
  [12.345, "12.3"],
  [-1, "−1"],
  [-12345.6, "−12,346"],
  [0.00012, "1.2e−4"],
])("%d is written %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test.each([
  [-0.004, "0.00"],
  [-0.006, "−0.01"],
  [1, "1.00"],
])("%d is written %s with two digits", (value, text) => {
  expect(formatFixed(value, 2)).toBe(text);
});

test.each([
  [0, "0 %"],
  [1e-9, "<0.1 %"],
  [0.0004999, "<0.1 %"],
  [0.0005, "0.1 %"],
  [0.1234, "12.3 %"],
  [1, "100 %"],
])("a share of %d is %s", (share, text) => {
  expect(formatPercent(share)).toBe(text);
});
