import { describe, expect, test } from "vitest";
import {
  add,
  clamp,
  concat,
  dropout,
  equal,
  layerNorm,
  max,
  mean,
  mul,
  neg,
  ones,
  random,
  sum,
  tensor,
  where,
  zeros,
} from "..";
import * as losses from "../losses";
import { allCases } from "../test-support/cases";
import * as operations from ".";

/** Not differentiable: most give no floats or cut the graph, the last make constants. Dropout has its own test. */
const others = new Set([
  "equal",
  "notEqual",
  "less",
  "lessEqual",
  "greater",
  "greaterEqual",
  "argmax",
  "argmin",
  "arange",
  "bitsPerCharacter",
  "cast",
  "categorical",
  "ctcStates",
  "detach",
  "dropout",
  "oneHot",
  "perplexity",
  "sequenceMask",
  "full",
  "ones",
  "zeros",
]);

describe("the table of differentiable operations", () => {
  const names = [...Object.keys(operations), ...Object.keys(losses)];

  test("has every one that the package exports", () => {
    const tested = new Set(allCases.map(({ op }) => op));
    expect(names.filter((name) => !others.has(name) && !tested.has(name))).toEqual([]);
  });

  test("names none that does not exist", () => {
    const known = new Set(names);
    expect(allCases.filter(({ op }) => !known.has(op))).toEqual([]);
    expect([...others].filter((name) => !known.has(name))).toEqual([]);
  });
});

describe("operands", () => {
  const x = ones([2]);
  const ids = tensor([1, 2], { dtype: "i32" });
  /** A call that types would not allow. */
  const loosely = (operation: (...operands: never[]) => unknown, ...operands: unknown[]) => {
    return () => Reflect.apply(operation, undefined, operands);
  };

  test("that are neither a tensor nor a number", () => {
    expect(loosely(add, x, [1, 2])).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: add: argument 1 should be a tensor or a number but is an Array. Make a tensor of values with tensor(values).]`,
    );
    expect(loosely(mul, "2", x)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: mul: argument 0 should be a tensor or a number but is a String. Make a tensor of values with tensor(values).]`,
    );
    expect(loosely(add, x, undefined)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: add: argument 1 should be a tensor or a number but is undefined. Make a tensor of values with tensor(values).]`,
    );
    expect(loosely(neg, Float32Array.of(1))).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: neg: argument 0 should be a tensor or a number but is a Float32Array. Make a tensor of values with tensor(values).]`,
    );
    expect(loosely(where, null, x, 1)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: where: argument 0 should be a tensor or a number but is a Null. Make a tensor of values with tensor(values).]`,
    );
  });

  test("that are not finite, or too large for f32", () => {
    expect(() => mul(x, Number.NaN)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: mul: argument 1 should be a finite number, at most 3.4e38 in size but is NaN.]`,
    );
    expect(() => clamp(x, 0, Number.POSITIVE_INFINITY)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: clamp: argument 2 should be a finite number, at most 3.4e38 in size but is Infinity.]`,
    );
    expect(() => add(1e39, x)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: add: argument 0 should be a finite number, at most 3.4e38 in size but is 1e+39.]`,
    );
    expect(mul(x, -3.4e38).shape).toEqual([2]);
  });

  test("fractions beside integers, and integers out of range", () => {
    expect(() => add(ids, 0.5)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: add: argument 1 should be a whole number from -2147483648 to 2147483647, beside a tensor of i32 but is 0.5. Cast the tensor with cast(x, "f32") first.]`,
    );
    expect(() => equal(tensor([1], { dtype: "u32" }), -1)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: equal: argument 1 should be a whole number from 0 to 4294967295, beside a tensor of u32 but is -1. Cast the tensor with cast(x, "f32") first.]`,
    );
    expect(add(ids, 3).dtype).toBe("i32");
  });
});

test("what a reduction runs over", () => {
  const x = zeros([2, 3]);
  expect([sum(x, { axes: 0 }), mean(x, { axes: -1, keepDims: true })].map(({ shape }) => shape)).toEqual([[3], [2, 1]]);
  const given = (options: unknown) => options as { keepDims: boolean };
  expect(() => sum(x, given(-1))).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: sum: options should be { axes, keepDims } but is a Number.]`,
  );
  expect(() => mean(x, given({ dim: 1 }))).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: mean: options.dim should be one of axes, keepDims but is not one of them.]`,
  );
  expect(() => max(x, given([0]))).toThrow("max: options should be { axes, keepDims } but is an Array.");
});

test("options out of range", () => {
  const x = ones([2, 3]);
  for (const p of [1, -0.1, Number.NaN]) {
    expect(() => dropout(x, p)).toThrow(`dropout: p should be at least 0 and less than 1 but is ${p}.`);
  }
  expect(() => dropout(x, 1, { rng: random(1) })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: dropout: p should be at least 0 and less than 1 but is 1.]`,
  );
  expect(() => layerNorm(x, { epsilon: -1e-5 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: layerNorm: epsilon should be a finite number, at least 0 but is -0.00001.]`,
  );
  expect(() => layerNorm(x, { epsilon: Number.NaN })).toThrow("but is NaN.");
});

test("concat's backward leaves no record of its own", () => {
  for (const axis of [0, 1]) {
    const { origin, shape } = concat([ones([2, 2]), ones([2, 2])], axis);
    const gradients = origin?.backward({ joined: ones(shape) }, new Set(["0", "1"]));
    expect([gradients?.[0], gradients?.[1]]).toMatchObject([
      { shape: [2, 2], origin: null },
      { shape: [2, 2], origin: null },
    ]);
  }
});
