import { expect, test } from "vitest";
import { extentOf, formatExtent, MOST_NAMES, sizeInTrace, TRACES } from "./extents";

const names = ["batch", "time", "width"];
const sizes = (name: number): number[] => Array.from({ length: TRACES }, (_, trace) => sizeInTrace(name, trace));
const [B, T, W] = [sizes(0), sizes(1), sizes(2)] as [number[], number[], number[]];
const each = (make: (b: number, t: number, w: number) => number): number[] =>
  B.map((b, trace) => make(b, T[trace] as number, W[trace] as number));

test.each([
  [each(() => 101), "101"],
  [each((b) => b), "batch"],
  [each((_, t) => t - 1), "time - 1"],
  [each((b, t) => b * t), "batch·time"],
  [each((b, t) => 4 * b * t), "4·batch·time"],
  [each((b, t, w) => b * t * w), "batch·time·width"],
  [each((_, t) => 2 * t + 3), "2·time + 3"],
  [each((_, __, w) => 5 - w), "-1·width + 5"],
])("%s is %s", (values, text) => {
  expect(formatExtent(extentOf("test", "an extent", names, values))).toBe(text);
});

test("what is no such expression is refused", () => {
  const odd = each((b, t) => b + t);
  expect(() => extentOf("test", "an extent", names, odd)).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: test: an extent is no whole multiple of a product of batch, time, width, nor that plus a number. Give such an axis a fixed extent in inputs.]`,
  );
  expect(() =>
    extentOf(
      "test",
      "an extent",
      names,
      each((b) => Math.ceil(b / 2)),
    ),
  ).toThrow("no whole multiple");
});

test("every name takes odd and even extents", () => {
  for (let name = 0; name < MOST_NAMES; name++) {
    expect(new Set(sizes(name).map((size) => size % 2)).size).toBe(2);
  }
});
