import { type CloseOptions, expectClose } from "@unroll/testing";
import { expect } from "vitest";
import {
  type AnyKernel,
  type Device,
  type DimsOf,
  GUARD_WORD,
  type HostArray,
  type OptionsOf,
  runKernel,
  type ScalarsOf,
} from "../core";

export interface KernelCheck<K extends AnyKernel> {
  dims: DimsOf<K>;
  options?: OptionsOf<K>;
  scalars?: ScalarsOf<K>;
  inputs: Readonly<Record<string, HostArray | ArrayLike<number>>>;
  outputs?: readonly string[];
  /** What the float64 reference says of each output. */
  expected: Readonly<Record<string, ArrayLike<number>>>;
  /** How far a value may be from the reference. */
  tolerance: CloseOptions;
}

const GUARD_WORDS = 67;

/** Runs a kernel on the device and compares every output with its reference, and the guard words after each. */
export async function checkKernel<K extends AnyKernel>(
  device: Device,
  kernel: K,
  check: KernelCheck<K>,
): Promise<void> {
  const { expected, tolerance, inputs, ...rest } = check;
  const typed = Object.fromEntries(
    Object.entries(inputs).map(([name, values]) => [name, toHostArray(kernel, name, values)]),
  );
  const results = await runKernel(device, kernel, { ...rest, inputs: typed, guardWords: GUARD_WORDS });
  for (const [name, reference] of Object.entries(expected)) {
    const result = results[name];
    if (!result) throw new Error(`${kernel.name} wrote no "${name}".`);
    expect(result.length - GUARD_WORDS, `${kernel.name}.${name}: length`).toBe(reference.length);
    expectClose(`${kernel.name}.${name}`, result.subarray(0, reference.length), reference, tolerance);
  }
  for (const [name, result] of Object.entries(results)) {
    const words = new Uint32Array(result.buffer).slice(-GUARD_WORDS);
    expect(
      words.every((word) => word === GUARD_WORD),
      `${kernel.name}.${name}: written past its end`,
    ).toBe(true);
  }
}

function toHostArray(kernel: AnyKernel, name: string, values: HostArray | ArrayLike<number>): HostArray {
  const type = kernel.bindings[name]?.type ?? "f32";
  if (type === "i32") return Int32Array.from(values);
  if (type === "u32" || type.endsWith("u")) return Uint32Array.from(values);
  return Float32Array.from(values);
}
