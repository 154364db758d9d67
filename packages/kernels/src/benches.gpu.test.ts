import { normal } from "@unroll/testing";
import { expect, test } from "vitest";
import { benches } from "./benches";
import { type AnyKernel, type BenchCase, GUARD_WORD, type HostArray, runKernel, specialise } from "./core";
import { useTestDevice } from "./test-support/device";

const gpu = useTestDevice();
const GUARD_WORDS = 64;

/** What a case does not give: seeded normal numbers, and zeros where whole numbers are wanted. */
function fill(kernel: AnyKernel, { dims, options = {}, with: included = [], inputs = {} }: BenchCase) {
  const given: Record<string, HostArray> = { ...inputs };
  const always = Object.keys(kernel.bindings).filter((name) => !kernel.bindings[name]?.optional);
  const bindings = [...new Set([...always, ...included, ...Object.keys(inputs)])];
  const spec = specialise(kernel, { dims, options, bindings }, gpu.device.limits);
  for (const [index, { name, binding, type, words }] of spec.bindings.entries()) {
    if (binding.access === "write" || given[name]) continue;
    if (type === "i32") given[name] = new Int32Array(words);
    else if (type === "u32" || type.endsWith("u")) given[name] = new Uint32Array(words);
    else given[name] = Float32Array.from(normal([words], { seed: index + 1 }).data);
  }
  return { inputs: given, outputs: included.filter((name) => kernel.bindings[name]?.access === "write") };
}

test.each(benches.map((bench) => [bench.kernel.name, bench] as const))(
  "the smallest case of %s runs, stays within its arrays and gives finite numbers",
  async (_, { kernel, cases }) => {
    const [first] = cases;
    if (!first) throw new Error(`${kernel.name} has no case.`);
    const { dims, options = {}, scalars = {} } = first;
    const call = { dims, options, scalars, ...fill(kernel, first), guardWords: GUARD_WORDS };
    const results = await runKernel(gpu.device, kernel, call);
    expect(Object.keys(results).length).toBeGreaterThan(0);
    for (const [name, result] of Object.entries(results)) {
      const words = new Uint32Array(result.buffer, result.byteOffset, result.length);
      expect(
        words.subarray(-GUARD_WORDS).every((word) => word === GUARD_WORD),
        `${name}: written past its end`,
      ).toBe(true);
      const values = result.subarray(0, -GUARD_WORDS);
      expect(values.every(Number.isFinite), `${name}: finite`).toBe(true);
      expect(
        words.subarray(0, -GUARD_WORDS).some((word) => word !== GUARD_WORD),
        `${name}: written`,
      ).toBe(true);
    }
  },
);
