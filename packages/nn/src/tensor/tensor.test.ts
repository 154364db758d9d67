import { expect, test } from "vitest";
import { tensor } from "..";

test("nested rows give the shape, typed arrays one axis", async () => {
  const rows = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect([rows.shape, rows.dtype, [...(await rows.data())]]).toEqual([[2, 3], "f32", [1, 2, 3, 4, 5, 6]]);
  expect(tensor(3).shape).toEqual([]);
  expect([tensor(Int32Array.of(1, 2)).shape, tensor(Int32Array.of(1)).dtype]).toEqual([[2], "i32"]);
  expect(tensor([1, 0], { dtype: "bool" }).dtype).toBe("bool");
});

test("a number of values that does not fit the shape is a ShapeError", () => {
  expect(() => tensor(new Float32Array(5), { shape: [2, 3] })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: tensor: the values should be 6 for the shape [2, 3] but is 5.]`,
  );
  expect(() => tensor(new Float32Array(3), { shape: [-1, -3] })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: tensor: the shape should be of whole extents, at least 0 each but is [-1, -3].]`,
  );
  expect(() => tensor(new Float32Array(3), { shape: [1.5, 2] })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: tensor: the shape should be of whole extents, at least 0 each but is [1.5, 2].]`,
  );
  expect(() => tensor([[1, 2], [3]])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: tensor: a row at depth 1 should be of 2 values like the first but is of 1.]`,
  );
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("%d is refused unless allowed", (value) => {
  expect(() => tensor([1, value])).toThrow(/^tensor: data\[1\] should be a finite number but is /);
  expect(() => tensor(Float32Array.of(value), { name: "x" })).toThrow(/^tensor: x\[0\] should be a finite number/);
  expect(tensor([1, value], { allowNonFinite: true }).size).toBe(2);
});

test("a value that is not finite is named with what to do", () => {
  expect(() => tensor([0, 1, Number.NaN], { name: "features" })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: tensor: features[2] should be a finite number but is NaN. Clean the data, or pass allowNonFinite: true if this is meant.]`,
  );
});

test("numbers that an integer dtype has not are refused rather than rounded", () => {
  expect(() => tensor([1, 2.5], { dtype: "i32" })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: tensor: data[1] should be a whole number from -2147483648 to 2147483647, as i32 has but is 2.5.]`,
  );
  expect(() => tensor(Float32Array.of(3, Number.NaN), { dtype: "u32" })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: tensor: data[1] should be a whole number from 0 to 4294967295, as u32 has but is NaN.]`,
  );
  expect(() => tensor(Int32Array.of(-1), { dtype: "u32" })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: tensor: data[0] should be a whole number from 0 to 4294967295, as u32 has but is -1.]`,
  );
  expect(() => tensor([2], { dtype: "bool" })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: tensor: data[0] should be a whole number from 0 to 1, as bool has but is 2.]`,
  );
  expect(tensor([-(2 ** 31), 2 ** 31 - 1], { dtype: "i32" }).size).toBe(2);
});
