import { expect, test } from "vitest";
import { formatBytes, formatMs, formatRate, formatShare } from "./format";

test("three digits that mean something", () => {
  expect([0.00123456, 0.0987, 0.5, 1.234, 45.67, 1234.5, 0].map(formatMs)).toEqual([
    "0.00123",
    "0.0987",
    "0.5",
    "1.23",
    "45.7",
    "1235",
    "0",
  ]);
  expect([0, 0.5].map(formatRate)).toEqual(["-", "0.5"]);
  expect([0.0123, 0.5, 1.25].map(formatShare)).toEqual(["1.2 %", "50 %", "125 %"]);
  expect(formatBytes(1.5 * 2 ** 20)).toBe("1.5 MiB");
});
