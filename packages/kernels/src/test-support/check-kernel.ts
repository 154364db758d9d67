import { type CloseOptions, expectClose } from "@unroll/testing";
import { expect } from "vitest";
import {
  type AnyKernel,
  candidates,
  type Device,
  type DimsOf,
  elementType,
  GUARD_WORD,
  type HostArray,
  isHalf,
  type OptionsOf,
  packHalves,
  runKernel,
  type ScalarsOf,
  type StorageOptions,
  unpackHalves,
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
  /** Looks at one of the variants only, counted round: where compiling all of them for every case takes too long. */
  variant?: number;
}

const GUARD_WORDS = 67;

/**
 * Runs a kernel on the device and compares every output with its reference, and the guard words after each. Variants
 * of it that can run the call are checked in the same way, and must give the bits of the kernel itself.
 */
export async function checkKernel<K extends AnyKernel>(
  device: Device,
  kernel: K,
  check: KernelCheck<K>,
): Promise<void> {
  const plain = await checkOne(device, { ...kernel, variants: [] }, check);
  const given = [...Object.keys(check.inputs), ...(check.outputs ?? []), ...Object.keys(check.expected)];
  const has = Object.fromEntries(Object.keys(kernel.bindings).map((name) => [name, given.includes(name)]));
  const facts = { dims: { ...check.dims }, options: { ...kernel.options, ...check.options }, has };
  const able = candidates(kernel, facts, device).filter((candidate) => candidate.kernel !== kernel);
  const { variant: turn } = check;
  for (const variant of turn === undefined ? able : able.slice(turn % able.length, (turn % able.length) + 1)) {
    const results = await checkOne(device, variant.kernel, check);
    for (const [name, words] of Object.entries(results)) {
      expect(words, `${variant.kernel.name}.${name}: the bits of ${kernel.name}`).toEqual(plain[name]);
    }
  }
}

/** @returns the words of every output */
async function checkOne(
  device: Device,
  kernel: AnyKernel,
  check: KernelCheck<AnyKernel>,
): Promise<Record<string, Uint32Array>> {
  const { expected, tolerance, inputs, variant: _, ...rest } = check;
  const options: StorageOptions = { ...check.options };
  const typed = Object.fromEntries(
    Object.entries(inputs).map(([name, values]) => [name, toHostArray(kernel, name, values, options)]),
  );
  const results = await runKernel(device, kernel, { ...rest, inputs: typed, guardWords: GUARD_WORDS });
  for (const [name, reference] of Object.entries(expected)) {
    const result = results[name];
    if (!result) throw new Error(`${kernel.name} wrote no "${name}".`);
    const words = isHalf(options, name) ? Math.ceil(reference.length / 2) : reference.length;
    expect(result.length - GUARD_WORDS, `${kernel.name}.${name}: length`).toBe(words);
    const values = isHalf(options, name) ? unpackHalves(result.buffer, reference.length) : result;
    expectClose(`${kernel.name}.${name}`, values.subarray(0, reference.length), reference, tolerance);
    if (isHalf(options, name) && reference.length % 2 === 1) {
      const last = new Uint16Array(result.buffer)[reference.length];
      expect(last, `${kernel.name}.${name}: the half past its end`).toBe(GUARD_WORD >>> 16);
    }
  }
  for (const [name, result] of Object.entries(results)) {
    const words = new Uint32Array(result.buffer).slice(-GUARD_WORDS);
    expect(
      words.every((word) => word === GUARD_WORD),
      `${kernel.name}.${name}: written past its end`,
    ).toBe(true);
  }
  return Object.fromEntries(
    Object.entries(results).map(([name, result]) => [name, new Uint32Array(result.buffer, 0, result.length)]),
  );
}

function toHostArray(
  kernel: AnyKernel,
  name: string,
  values: HostArray | ArrayLike<number>,
  options: StorageOptions,
): HostArray {
  if (isHalf(options, name)) return packHalves(values);
  const binding = kernel.bindings[name];
  const type = binding ? elementType(binding, { ...kernel.options }) : "f32";
  if (type === "i32") return Int32Array.from(values);
  if (type === "u32" || type.endsWith("u")) return Uint32Array.from(values);
  return Float32Array.from(values);
}
