import type { BufferRange } from "./buffer-pool";
import { type AnyKernel, type DimsOf, extents, type OptionsOf, type ScalarsOf, WORDS } from "./define-kernel";
import type { Device } from "./device";
import { Program } from "./program";

export type HostArray = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

export interface RunKernelCall<K extends AnyKernel> {
  dims: DimsOf<K>;
  options?: OptionsOf<K>;
  scalars?: ScalarsOf<K>;
  /** Contents of the bindings that are read or updated; an optional one that is not named here is left out. */
  inputs: Readonly<Record<string, HostArray>>;
  /** Optional outputs that are wanted. Those that are not optional always are. */
  outputs?: readonly string[];
  /** Words of a fixed pattern laid after every output; they come back at its end. A kernel must leave them alone. */
  guardWords?: number;
}

/** What every guard word holds before a kernel runs. */
export const GUARD_WORD = 0x7b0f1e5d;

/**
 * Runs one kernel once on host arrays and reads back all it wrote: for tests, for trying a kernel, for small uses.
 * @returns every written or updated array by name
 */
export async function runKernel<K extends AnyKernel>(
  device: Device,
  kernel: K,
  call: RunKernelCall<K>,
): Promise<Record<string, HostArray>> {
  const guard = call.guardWords ?? 0;
  const ranges: Record<string, BufferRange> = {};
  for (const [name, binding] of Object.entries(kernel.bindings)) {
    const input = call.inputs[name];
    const isWanted = binding.access !== "read" && (!binding.optional || call.outputs?.includes(name) === true);
    if (!input && !isWanted) continue;
    const words = input?.length ?? extents(binding, call.dims, call.options ?? {}).reduce((a, b) => a * b, 1) * WORDS[binding.type];
    const size = Math.max(WORDS[binding.type], Math.max(1, words) + guard) * 4; // no binding is smaller than an element
    const range = { buffer: device.pool.acquire(size, `${kernel.name}.${name}`), offset: 0, size };
    const fill = new Uint32Array(size / 4).fill(GUARD_WORD);
    if (input) fill.set(new Uint32Array(input.buffer, input.byteOffset, input.length));
    device.upload(range, fill);
    ranges[name] = range;
  }
  const program = await Program.compile(device, [
    { kernel, dims: call.dims, options: call.options ?? {}, scalars: call.scalars ?? {}, bindings: ranges },
  ]);
  program.run(kernel.name);
  const results: Record<string, HostArray> = {};
  for (const [name, range] of Object.entries(ranges)) {
    const binding = kernel.bindings[name];
    if (!binding || binding.access === "read") continue;
    const bytes = await device.read(range);
    const isFloat = binding.type === "f32" || binding.type.endsWith("f");
    results[name] = isFloat ? new Float32Array(bytes) : binding.type === "i32" ? new Int32Array(bytes) : new Uint32Array(bytes);
  }
  for (const { buffer } of Object.values(ranges)) device.pool.release(buffer);
  program.dispose();
  return results;
}
