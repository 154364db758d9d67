import { expect, test } from "vitest";
import { isGoldenTensor, parseGoldenTensor } from "./golden";

test("numbers, words for non-finite numbers, and booleans are read", () => {
  const floats = parseGoldenTensor({ dtype: "float32", shape: [2, 2], data: [1, "NaN", "Infinity", "-Infinity"] });
  expect(floats.shape).toEqual([2, 2]);
  expect(floats.data).toEqual(Float64Array.of(1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY));
  expect(floats.integer).toBeUndefined();
  const flags = parseGoldenTensor({ dtype: "bool", shape: [2], data: [true, false] });
  expect(flags).toEqual({ dtype: "bool", shape: [2], data: Float64Array.of(1, 0), integer: true });
  expect(parseGoldenTensor({ dtype: "float32", shape: [], data: [4] }).data[0]).toBe(4);
});

test("only what has the three fields counts as a tensor", () => {
  expect(isGoldenTensor({ dtype: "int64", shape: [], data: [1] })).toBe(true);
  expect([null, 3, [], { shape: [], data: [] }].map(isGoldenTensor)).toEqual([false, false, false, false]);
});

test.each([
  [{ dtype: "float32", shape: [2], data: [1] }, "X.data should hold the 2 elements of [2] but is 1 elements."],
  [{ dtype: "float32", shape: [1], data: ["nan"] }, 'X.data[0] should be a number but is "nan".'],
  [{ dtype: "float32", shape: [-1], data: [] }, "X.shape should be whole numbers but is [-1]."],
  [{ dtype: 4, shape: [1], data: [1] }, "X.dtype should be a string but is 4."],
  [[1, 2], "X should be { dtype, shape, data } but is [1,2]."],
])("%j is refused", (value, message) => {
  expect(() => parseGoldenTensor(value, "X")).toThrow(new TypeError(message));
});
