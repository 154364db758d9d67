import { DTypeError } from "@unroll/kernels";
import { expect, test } from "vitest";
import { Parameter, parameter, tensor } from "..";

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
    `[ShapeError: tensor: the shape should be an array of whole extents, at least 0 each, but is [-1, -3].]`,
  );
  expect(() => tensor(new Float32Array(3), { shape: [1.5, 2] })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: tensor: the shape should be an array of whole extents, at least 0 each, but is [1.5, 2].]`,
  );
  expect(() => new Parameter(new Float32Array(5), [2, 3])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: Parameter: the values should be 6 for the shape [2, 3] but is 5.]`,
  );
  expect(() => parameter({ data: new Float32Array(1), shape: [] }).size).not.toThrow();
  expect(() => parameter({ data: new Float32Array(4), shape: [3] })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: Parameter: the values should be 3 for the shape [3] but is 4.]`,
  );
});

test("rows that differ are a ShapeError with the path to the first that does", () => {
  expect(() => tensor([[1, 2], [3]])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: tensor: data[1] should be a row of 2 like the first but is a row of 1. All rows of one level have one length: pad the shorter ones.]`,
  );
  expect(() => tensor([[1], 2])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: tensor: data[1] should be a row of 1 like the first but is a number. All rows of one level have one length: pad the shorter ones.]`,
  );
  expect(() => tensor([1, [2]])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: tensor: data[1] should be a number like the first value but is a row of 1. All rows of one level have one length: pad the shorter ones.]`,
  );
  expect(() =>
    tensor([
      [[1], [2]],
      [[3], [4, 5]],
    ]),
  ).toThrow(/^tensor: data\[1\]\[1\] should be a row of 1 like the first but is a row of 2\./);
  expect(tensor([[], []]).shape).toEqual([2, 0]);
});

test("what is no number, and typed arrays of other types, are a DTypeError", () => {
  expect(() => tensor(JSON.parse('[[1, 2], [3, "4"]]'))).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: tensor: data[1][1] should be a number or a row of numbers but is string.]`,
  );
  expect(() => tensor(JSON.parse("[null]"))).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: tensor: data[0] should be a number or a row of numbers but is null.]`,
  );
  const others = [Uint8Array, Int8Array, Uint16Array, Int16Array, Float64Array, BigInt64Array];
  for (const array of others) {
    expect(() => Reflect.apply(tensor, undefined, [new array(2)])).toThrow(
      `tensor: the array of values should be Float32Array, Int32Array or Uint32Array but is ${array.name}. Convert it`,
    );
  }
  expect(() =>
    Reflect.apply(tensor, undefined, [new Uint8Array(2), { dtype: "u32" }]),
  ).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: tensor: the array of values should be Float32Array, Int32Array or Uint32Array but is Uint8Array. Convert it, as with Float32Array.from(values).]`,
  );
});

test("bool words are 0 or 1, from a Uint32Array too", () => {
  const words = Uint32Array.of(1, 0);
  expect(tensor(words, { dtype: "bool" }).node).toEqual({ kind: "host", data: words });
  expect(() => tensor(Uint32Array.of(1, 2), { dtype: "bool" })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: tensor: data[1] should be a whole number from 0 to 1, as bool has but is 2.]`,
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

test("dtypes and options that there are none of are refused by name", () => {
  const call = (options: unknown) => Reflect.apply(tensor, undefined, [[1, 0, 1, 1], options]);
  expect(() => call({ dtype: "float32" })).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: tensor: dtype should be f32, f16, i32, u32 or bool but is float32.]`,
  );
  expect(() => tensor(Uint32Array.of(1), { dtype: JSON.parse('"uint32"') })).toThrow("but is uint32");
  expect(() => call([2, 2])).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: tensor: options should be { shape, dtype, name, allowNonFinite } but is an Array.]`,
  );
  expect(() => call({ shpe: [2, 2] })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: tensor: options.shpe should be one of shape, dtype, name, allowNonFinite but is not one of them.]`,
  );
});

test("JavaScript's own operators are refused: a tensor has its numbers later, and is text in templates alone", () => {
  const loss: unknown = tensor([1]);
  expect(() => (loss as number) < 0.1).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: Tensor: a tensor [1] is no number. Use await t.item(), or add().]`,
  );
  expect(() => (loss as number) + 1).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: Tensor: a tensor [1] is no number. Use await t.item(), or add().]`,
  );
  expect(() => Math.max(loss as number, 0)).toThrow(DTypeError);
  expect([`${loss}`, String(loss), [loss].join()]).toEqual(new Array(3).fill("Tensor f32 [1]"));
});
