/// <reference types="vite/types/importMeta.d.ts" />
import { describe, expect, test } from "vitest";
import { benches } from "./benches";
import { type AnyKernel, DEFAULT_LIMITS, type KernelBench, specialise } from "./core";
import * as kernels from "./index";

const files = import.meta.glob<{ benches: readonly KernelBench[] }>("./**/*.bench.ts", { eager: true });
const isKernel = (value: unknown): value is AnyKernel =>
  typeof value === "object" && value !== null && "name" in value && "bindings" in value && "wgsl" in value;

test("every bench file is listed, with all its entries", () => {
  expect(Object.keys(files).length).toBeGreaterThan(0);
  for (const [path, file] of Object.entries(files)) {
    expect(file.benches.length, path).toBeGreaterThan(0);
    for (const bench of file.benches) expect(benches, `${path}: ${bench.kernel.name}`).toContain(bench);
  }
  expect(benches).toHaveLength(Object.values(files).flatMap((file) => file.benches).length);
});

test("every kernel that the package exports is measured", () => {
  const exported = Object.entries(kernels).filter(([, value]) => isKernel(value));
  expect(exported.length).toBeGreaterThan(20);
  const measured = new Set(benches.map(({ kernel }) => kernel));
  const missing = exported.filter(([, kernel]) => !measured.has(kernel as AnyKernel)).map(([name]) => name);
  expect(missing).toEqual([]);
});

test("no two kernels have one name, which profiles go by", () => {
  const exported = new Set(Object.values(kernels).filter(isKernel));
  const names = [...exported].map(({ name }) => name);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
});

describe.each(benches.map((bench) => [bench.kernel.name, bench] as const))("%s", (_, { kernel, cases }) => {
  test("every case runs at WebGPU's default limits, and says what it costs", () => {
    expect(cases.length).toBeGreaterThan(0);
    for (const { dims, options = {}, with: included = [], inputs = {} } of cases) {
      const always = Object.keys(kernel.bindings).filter((name) => !kernel.bindings[name]?.optional);
      const bindings = [...new Set([...always, ...included, ...Object.keys(inputs)])];
      const spec = specialise(kernel, { dims, options, bindings }, DEFAULT_LIMITS);
      const { flops, bytes } = kernel.cost(dims, spec.options);
      const words = spec.bindings.reduce((sum, binding) => sum + binding.words, 0);
      expect(Number.isFinite(flops) && flops >= 0, JSON.stringify(dims)).toBe(true);
      // an array may be read in part only, as a table of embeddings is, or many times over, as by a scan
      expect(bytes, JSON.stringify(dims)).toBeGreaterThan(0);
      expect(words, JSON.stringify(dims)).toBeGreaterThan(0);
    }
  });

  test("names only scalars that the kernel has, and all of them", () => {
    for (const { scalars = {} } of cases) {
      expect(Object.keys(scalars).sort()).toEqual(Object.keys(kernel.scalars ?? {}).sort());
    }
  });
});
