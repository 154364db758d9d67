import { type BufferRange, expectPart } from "./buffer-pool";
import { WORDS } from "./define-kernel";
import type { Device } from "./device";
import { ShapeError, ValueError } from "./errors";
import type { Limits } from "./limits";
import type { Pipeline } from "./pipeline-cache";
import type { Specialisation } from "./specialise";
import { uniformBytes } from "./uniform-block";

/**
 * Refuses a part of a buffer that the device would refuse, or that is too small for the array bound to it.
 * @param call parts of the arrays of the whole call, where it is new
 * @throws ShapeError if it is too small, or no whole words of its buffer
 * @throws ValueError if it starts where no binding may, or is read while the call writes that buffer
 */
export function checkRange(
  spec: Specialisation,
  index: number,
  range: BufferRange,
  limits: Limits,
  call: Readonly<Record<string, BufferRange>> = {},
): void {
  const { name, type, words, binding } = spec.bindings[index] as Specialisation["bindings"][number];
  const where = spec.kernel.name;
  const what = `the array "${name}"`;
  const needed = Math.max(words, Math.ceil(WORDS[type])) * 4; // no binding is smaller than an element
  const { offset, size, buffer } = range;
  if (size < needed) {
    throw new ShapeError({ where, what, expected: `at least ${needed} bytes`, received: `${size} bytes` });
  }
  expectPart(where, what, range);
  if (offset % limits.minStorageBufferOffsetAlignment !== 0) {
    const expected = `at a multiple of ${limits.minStorageBufferOffsetAlignment} bytes on this device`;
    throw new ValueError({ where, what, expected, received: `at byte ${offset}` });
  }
  const isClash = ({ name, binding: { access } }: (typeof spec.bindings)[number]): boolean =>
    access !== "read" && binding.access === "read" && call[name]?.buffer === buffer;
  if (!spec.bindings.some(isClash)) return;
  throw new ValueError({ where, what, expected: "in another buffer", received: "in one that the call writes" });
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
