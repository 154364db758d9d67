import { describe, expect, test } from "vitest";
import { defineKernel, type ElementType, perCall, read, write } from "./define-kernel";
import { DEFAULT_LIMITS } from "./limits";
import { specialise } from "./specialise";
import { type Converted, convertAccesses } from "./storage";

const arrays = new Map<string, Converted>([
  ["x", { type: "f32", stored: "f16" }],
  ["y", { type: "f32", stored: "f16" }],
  ["v", { type: "vec4f", stored: "vec4h" }],
]);

describe("accesses of arrays stored in halves", () => {
  test.each([
    ["let a = x[n] + b[n];", "let a = f32(x[n]) + b[n];"],
    ["y[n] = x[n] * 2.0;", "y[n] = f16(f32(x[n]) * 2.0);"],
    ["v[n] = select(vec4f(), v[m], ok);", "v[n] = vec4h(select(vec4f(), vec4f(v[m]), ok));"],
    ["let z = v[n].zw;", "let z = vec4f(v[n]).zw;"],
    ["v[n].z = x[n];", "v[n].z = f16(f32(x[n]));"],
    ["y[n] += x[n];", "y[n] = f16(f32(y[n]) + (f32(x[n])));"],
    ["v[n].x -= 1.0;", "v[n].x = f16(f32(v[n].x) - (1.0));"],
    ["let a = x[b[u32(x[i])]];", "let a = f32(x[b[u32(f32(x[i]))]]);"],
    ["if (x[n] == y[m] || x[n] <= 0.0) { return; }", "if (f32(x[n]) == f32(y[m]) || f32(x[n]) <= 0.0) { return; }"],
    ["row.x[0] = max[n]; xx[1] = 2.0;", "row.x[0] = max[n]; xx[1] = 2.0;"],
    ["let a = 1; // x[n] = 2;", "let a = 1; "],
  ])("%s", (code, expected) => {
    expect(convertAccesses(code, arrays)).toBe(expected);
  });
});

const double = defineKernel({
  name: "double",
  dims: { N: perCall("numbers") },
  bindings: { x: read("f32", "N"), ids: read("u32", "N"), y: write("f32", "N") },
  plan: () => ({ workgroupSize: 1, grid: [1, 1, 1] as const }),
  cost: () => ({ flops: 0, bytes: 0 }),
  wgsl: () => "@compute @workgroup_size(1) fn main() { y[0] = 2.0 * x[0]; }",
});
const bindings = ["x", "ids", "y"];

test("a call says which of its arrays are halves: two to a word, and the feature is asked for", () => {
  const made = specialise(double, { dims: { N: 5 }, options: { halves: ["x"] }, bindings }, DEFAULT_LIMITS);
  expect(made.bindings.map(({ name, type, words }): [string, ElementType, number] => [name, type, words])).toEqual([
    ["x", "f16", 3],
    ["ids", "u32", 5],
    ["y", "f32", 5],
  ]);
  expect(made.features).toEqual(["shader-f16"]);
  expect(made.code).toContain("y[0] = 2.0 * f32(x[0]);");
});

test("whole numbers are no halves", () => {
  const call = { dims: { N: 5 }, options: { halves: ["ids"] }, bindings };
  expect(() => specialise(double, call, DEFAULT_LIMITS)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: double: binding "ids" should be of f32 numbers, to be stored in halves but is of u32.]`,
  );
});
