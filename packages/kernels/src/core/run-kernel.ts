import type { BufferRange } from "./buffer-pool";
import { type AnyKernel, type DimsOf, type ElementType, type OptionsOf, type ScalarsOf, WORDS } from "./define-kernel";
import type { Device } from "./device";
import { DTypeError, ShapeError } from "./errors";
import { Program } from "./program";
import { type Specialisation, specialise } from "./specialise";

/** Words on the host: what `f32`, `i32` and `u32` arrays are filled from and read into. */
export type HostArray = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** What one run of a kernel is made of. */
export interface RunKernelCall<K extends AnyKernel> {
  dims: DimsOf<K>;
  options?: OptionsOf<K>;
  scalars?: ScalarsOf<K>;
  /** Contents of the bindings that are read or updated; an optional one that is not named here is left out. */
  inputs: Readonly<Record<string, HostArray>>;
  /** Optional outputs that are wanted. Those that are not optional always are. */
  outputs?: readonly string[];
  /** Words of a fixed pattern laid after every array; they come back at the end of what was written. */
  guardWords?: number;
}

/** What every guard word, and every output, holds before a kernel runs. */
export const GUARD_WORD = 0x7b0f1e5d;

/**
 * Runs one kernel once on host arrays and reads back all it wrote: for tests, for trying a kernel, for small uses.
 * @returns every written or updated array by name
 * @throws ShapeError if an input has fewer words than its array
 * @throws DTypeError if an input's element type is not its array's
 * @throws whatever `Program.compile` and `Device.read` do
 */
export async function runKernel<K extends AnyKernel>(
  device: Device,
  kernel: K,
  call: RunKernelCall<K>,
): Promise<Record<string, HostArray>> {
  device.assertAlive("runKernel");
  const { dims, options = {}, scalars = {}, inputs, outputs = [], guardWords = 0 } = call;
  const always = Object.keys(kernel.bindings).filter((name) => {
    const binding = kernel.bindings[name];
    return binding && binding.access !== "read" && !binding.optional;
  });
  const names = [...new Set([...Object.keys(inputs), ...outputs, ...always])];
  const spec = specialise(kernel, { dims, options, bindings: names }, device.limits);
  const arrays = spec.bindings.map((array) => ({ ...array, input: checkInput(kernel, array, inputs[array.name]) }));

  const ranges: Record<string, BufferRange> = {};
  let program: Program | undefined;
  try {
    for (const { name, type, words } of arrays) {
      const size = Math.max(Math.ceil(WORDS[type]), words + guardWords) * 4; // no binding is smaller than an element
      ranges[name] = { buffer: device.pool.acquire(size, `${kernel.name}.${name}`), offset: 0, size };
    }
    program = await Program.compile(device, [{ kernel, dims, options, scalars, bindings: ranges }]);
    for (const { name, words, input } of arrays) {
      const range = ranges[name] as BufferRange;
      const fill = new Uint32Array(range.size / 4).fill(GUARD_WORD);
      if (input) fill.set(new Uint32Array(input.buffer, input.byteOffset, words));
      device.upload(range, fill);
    }
    program.run(kernel.name);
    const results: Record<string, HostArray> = {};
    for (const { name, binding, type, words } of arrays) {
      if (binding.access === "read") continue;
      const bytes = await device.read(ranges[name] as BufferRange);
      results[name] = hostArray(type, bytes, words + guardWords);
    }
    return results;
  } finally {
    for (const { buffer } of Object.values(ranges)) device.pool.release(buffer);
    program?.dispose();
  }
}

function checkInput(
  kernel: AnyKernel,
  { name, type, words }: Specialisation["bindings"][number],
  input: HostArray | undefined,
): HostArray | undefined {
  if (!input) return undefined;
  const where = kernel.name;
  const what = `the input "${name}"`;
  if (input.length < words) {
    const received = `of ${input.length}`;
    throw new ShapeError({ where, what, expected: `of at least ${words} 4-byte words`, received });
  }
  const expected = hostArray(type, new ArrayBuffer(0), 0).constructor.name;
  if (input.constructor.name !== expected) {
    throw new DTypeError({ where, what, expected: `a ${expected}`, received: `a ${input.constructor.name}` });
  }
  return input;
}

function hostArray(type: ElementType, bytes: ArrayBuffer, words: number): HostArray {
  if (type === "i32") return new Int32Array(bytes, 0, words);
  const isPacked = type === "f16" || type.endsWith("h"); // halves come and go as the words that hold them
  const isUnsigned = type === "u32" || type.endsWith("u");
  return isPacked || isUnsigned ? new Uint32Array(bytes, 0, words) : new Float32Array(bytes, 0, words);
}
