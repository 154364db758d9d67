import { defineKernel, flatPlan, optional, perCall, read, wgsl, write } from "@unroll/kernels";
import { describe, expect, test } from "vitest";
import { scalar } from "../tensor/scalar";
import { type CallFacts, formOf } from "./call-form";

/** y = gain·x of M rows and N columns, row sums where asked for; only its record matters here. */
const rowScale = () =>
  defineKernel({
    name: "row_scale",
    dims: { M: perCall("rows"), N: perCall("columns") },
    options: { rounding: { name: "nearest" }, isSigned: true },
    scalars: { gain: "f32", shift: "f32" },
    bindings: {
      x: read("f32", "M N"),
      mask: optional(read("u32", "M N")),
      y: write("vec2f", "M N"),
      sums: optional(write("u32", "M")),
    },
    plan: ({ M, N }, limits) => flatPlan(M * N, limits),
    cost: () => ({ flops: 0, bytes: 0 }),
    wgsl: () => wgsl`@compute @workgroup_size(1) fn main() {}`,
  });
const kernel = rowScale();
const call: CallFacts = { dims: { M: 2, N: 3 } };

test("calls that differ in their tensors and fresh numbers only have one form", () => {
  const first = formOf(kernel, { ...call, scalars: { gain: scalar(1), shift: 0.5 } }, ["x"]);
  expect(formOf(kernel, { ...call, scalars: { gain: scalar(2), shift: 0.5 } }, ["x"])).toBe(first);
  expect(formOf(kernel, { ...call, options: { isSigned: true } }, ["x"])).toBe(formOf(kernel, call, ["x"]));
});

describe("two calls have signatures of their own if they differ in", () => {
  const others: [what: string, other: CallFacts, inputs?: string[]][] = [
    ["a size", { dims: { M: 3, N: 3 } }],
    ["two sizes swapped", { dims: { N: 2, M: 3 } }],
    ["an option", { ...call, options: { isSigned: false } }],
    ["an option that is an object", { ...call, options: { rounding: { name: "even" } } }],
    ["the tensors given", call, ["x", "mask"]],
    ["a number that is part of the call", { ...call, scalars: { gain: 1 } }],
    ["whether a number is part of the call", { ...call, scalars: { gain: scalar(1) } }],
    ["such a number that is infinite", { ...call, scalars: { gain: Number.POSITIVE_INFINITY } }],
    ["an output's shape", { ...call, shapes: { y: [12] } }],
    ["an output's dtype", { ...call, dtypes: { y: "i32" } }],
    ["the outputs asked for", { ...call, outputs: ["sums"] }],
  ];
  const signatures = others.map(([, other, inputs = ["x"]]) => formOf(kernel, other, inputs).signature);

  test.each(others.map(([what], index) => [what, index] as const))("%s", (_, index) => {
    const rest = [...signatures.slice(0, index), ...signatures.slice(index + 1), formOf(kernel, call, ["x"]).signature];
    expect(rest).not.toContain(signatures[index]);
  });

  test("the kernel, though both have one name", () => {
    expect(formOf(rowScale(), call, ["x"]).signature).not.toBe(formOf(kernel, call, ["x"]).signature);
  });
});

test("a form has the options filled in and the outputs that the call makes", () => {
  expect(formOf(kernel, { ...call, options: { isSigned: false } }, ["x"])).toMatchObject({
    options: { rounding: { name: "nearest" }, isSigned: false },
    outputs: [{ name: "y", shape: [2, 3, 2], dtype: "f32" }],
  });
  const { outputs } = formOf(kernel, { ...call, shapes: { y: [12] }, dtypes: { y: "i32" }, outputs: ["sums"] }, ["x"]);
  expect(outputs).toEqual([
    { name: "y", shape: [12], dtype: "i32" },
    { name: "sums", shape: [2], dtype: "u32" },
  ]);
});

test("a shape that the caller changes afterwards is not changed in the form", () => {
  const shape = [4, 3];
  const form = formOf(kernel, { ...call, shapes: { y: shape } }, ["x"]);
  shape[0] = 3;
  expect(form.outputs[0]?.shape).toEqual([4, 3]);
});

test("a shape with another number of elements is refused, each time", () => {
  const wrong = (): unknown => formOf(kernel, { ...call, shapes: { y: [5] } }, ["x"]);
  expect(wrong).toThrowErrorMatchingInlineSnapshot(`[ShapeError: row_scale: y should be [2, 3, 2] but is [5].]`);
  expect(wrong).toThrow();
});

test("many forms of one kernel are not kept for ever, and none comes back under another's signature", () => {
  const small = rowScale();
  const seen = new Set<string>();
  for (let M = 1; M <= 5000; M++) seen.add(formOf(small, { dims: { M, N: 1 } }, ["x"]).signature);
  expect(seen.size).toBe(5000);
  expect(seen).not.toContain(formOf(small, { dims: { M: 1, N: 1 } }, ["x"]).signature);
});
