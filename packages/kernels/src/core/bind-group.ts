import type { BufferRange } from "./buffer-pool";
import { WORDS } from "./define-kernel";
import type { Device } from "./device";
import { ShapeError, ValueError } from "./errors";
import type { Limits } from "./limits";
import type { Pipeline } from "./pipeline-cache";
import type { Specialisation } from "./specialise";
import { uniformBytes } from "./uniform-block";

/**
 * Refuses a part of a buffer that the device would refuse, or that is too small for the array bound to it.
 * @throws ShapeError if it is too small, or does not lie within its buffer
 * @throws ValueError if it starts where no binding may
 */
export function checkRange(spec: Specialisation, index: number, range: BufferRange, limits: Limits): void {
  const { name, type, words } = spec.bindings[index] as Specialisation["bindings"][number];
  const where = spec.kernel.name;
  const what = `the array "${name}"`;
  const needed = Math.max(words, Math.ceil(WORDS[type])) * 4; // no binding is smaller than an element
  const { offset, size, buffer } = range;
  if (size < needed) {
    throw new ShapeError({ where, what, expected: `at least ${needed} bytes`, received: `${size} bytes` });
  }
  if (offset + size > buffer.size) {
    const received = `bytes ${offset} to ${offset + size}`;
    throw new ShapeError({ where, what, expected: `within its buffer of ${buffer.size} bytes`, received });
  }
  if (offset % limits.minStorageBufferOffsetAlignment !== 0) {
    const expected = `at a multiple of ${limits.minStorageBufferOffsetAlignment} bytes on this device`;
    throw new ValueError({ where, what, expected, received: `at byte ${offset}` });
  }
}

/**
 * The place of a binding among those that the call has.
 * @throws ValueError if it does not have that binding
 */
export function bindingIndex(spec: Specialisation, name: string): number {
  const index = spec.bindings.findIndex((binding) => binding.name === name);
  if (index >= 0) return index;
  throw new ValueError({
    where: spec.kernel.name,
    what: `binding "${name}"`,
    expected: `one of ${spec.bindings.map((binding) => binding.name).join(", ")}`,
    received: "not one of them",
  });
}

/** The uniform at binding 0, then the arrays in the order of the kernel's record. */
export function createBindGroup(
  { gpu, counters }: Device,
  spec: Specialisation,
  { layout }: Pipeline,
  uniform: GPUBuffer,
  ranges: readonly BufferRange[],
): GPUBindGroup {
  counters.bindGroups++;
  return gpu.createBindGroup({
    label: spec.kernel.name,
    layout,
    entries: [
      { binding: 0, resource: { buffer: uniform, size: uniformBytes(spec) } },
      ...ranges.map(({ buffer, offset, size }, index) => ({ binding: index + 1, resource: { buffer, offset, size } })),
    ],
  });
}

const ids = new WeakMap<GPUBuffer, number>();
let nextId = 0;

/** Equal for ranges that one bind group serves. */
export function rangesKey(ranges: readonly BufferRange[]): string {
  return ranges
    .map(({ buffer, offset }) => {
      let id = ids.get(buffer);
      if (id === undefined) {
        id = nextId++;
        ids.set(buffer, id);
      }
      return `${id}+${offset}`;
    })
    .join(" ");
}
