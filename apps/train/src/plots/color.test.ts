import { expect, test } from "vitest";
import { BLUES, blues, inkOn } from "./color";

test("the scale passes through its stops and keeps to its ends", () => {
  expect(BLUES.map((_, n) => blues(n / (BLUES.length - 1)))).toEqual([...BLUES]);
  expect(blues(-1)).toBe("#ffffff");
  expect(blues(2)).toBe("#08306b");
  expect(blues(0.5 / (BLUES.length - 1))).toBe("#edf4fb"); // half way from #ffffff to #dbe9f6
});

test("the scale only darkens", () => {
  const brightness = (color: string) =>
    [1, 3, 5].reduce((sum, at) => sum + Number.parseInt(color.slice(at, at + 2), 16), 0);
  const steps = Array.from({ length: 101 }, (_, n) => brightness(blues(n / 100)));
  expect(steps).toEqual([...steps].sort((a, b) => b - a));
});

test("numbers are dark on light cells and white on dark ones", () => {
  expect(inkOn(0)).toBe("#1f2933");
  expect(inkOn(0.66)).toBe("#1f2933"); // a contrast of 3.844 against white's 3.838
  expect(inkOn(0.67)).toBe("#ffffff"); // 3.748 against 3.937
  expect(inkOn(1)).toBe("#ffffff");
});
