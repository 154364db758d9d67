import type { BufferRange, Device } from "@unroll/kernels";
import { bytesOf } from "../tensor/dtype";
import type { Item, Value } from "./lower";

/** What an arena needs of a device. */
export interface ArenaDevice {
  readonly pool: Pick<Device["pool"], "acquire" | "release" | "isRefused">;
  onDispose(listener: () => void): void;
}

/**
 * Memory for intermediates, shared by all plans of a device: work is submitted in order, so nothing of one run is
 * still wanted when the next begins. It is a set of slots, each a buffer of its own, because WebGPU refuses a dispatch
 * that binds one buffer both to be read and to be written, whatever the ranges.
 */
class Arena {
  readonly #device: ArenaDevice;
  #slots: GPUBuffer[] = [];

  constructor(device: ArenaDevice) {
    this.#device = device;
    device.onDispose(() => this.clear());
  }

  /** Gives all slots back. */
  clear(): void {
    for (const slot of this.#slots.splice(0)) this.#device.pool.release(slot);
  }

  /** Lets go of slots that the device had no room for; the plan they were made for has failed. */
  #forgetRefused(): void {
    const { pool } = this.#device;
    const refused = new Set(this.#slots.filter((slot) => pool.isRefused(slot)));
    if (refused.size === 0) return;
    for (const slot of refused) pool.release(slot);
    this.#slots = this.#slots.filter((slot) => !refused.has(slot));
  }

  /** The smallest slot that is not `taken`, holds `bytes` and is not wastefully large; a new one if there is none. */
  slot(bytes: number, taken: ReadonlySet<GPUBuffer>): GPUBuffer {
    this.#forgetRefused();
    let best: GPUBuffer | undefined;
    for (const slot of this.#slots) {
      if (slot.size < bytes || slot.size > Math.max(4096, bytes * 4) || taken.has(slot)) continue;
      if (!best || slot.size < best.size) best = slot;
    }
    if (best) return best;
    const made = this.#device.pool.acquire(bytes, "arena");
    this.#slots.push(made);
    return made;
  }
}

const arenas = new WeakMap<ArenaDevice, Arena>();

function arenaOf(device: ArenaDevice): Arena {
  let found = arenas.get(device);
  if (!found) {
    found = new Arena(device);
    arenas.set(device, found);
  }
  return found;
}

/** Gives the whole arena of a device back; for when no plan is left that has places in it. */
export function releaseArena(device: ArenaDevice): void {
  arenaOf(device).clear();
}

/**
 * Gives every intermediate a place in the arena; two share a slot if neither is wanted while the other lives.
 * @param preset places already decided
 * @param loaded values brought in before the first item
 * @param kept values read after the last item
 */
export function place(
  device: ArenaDevice,
  items: readonly Item[],
  preset: ReadonlyMap<Value, BufferRange>,
  loaded: readonly Value[],
  kept: ReadonlySet<Value>,
): Map<Value, BufferRange> {
  const arena = arenaOf(device);
  const places = new Map(preset);
  const taken = new Set<GPUBuffer>();
  const lastUse = new Map<Value, number>();
  for (const [index, item] of items.entries()) {
    for (const { base } of Object.values(item.reads)) lastUse.set(base, index);
    for (const output of Object.values(item.writes)) lastUse.set(output, index);
  }
  for (const tensor of kept) lastUse.set(tensor, items.length);

  const give = (tensor: Value): void => {
    if (places.has(tensor)) return;
    const size = bytesOf(tensor);
    const buffer = arena.slot(size, taken);
    taken.add(buffer);
    places.set(tensor, { buffer, offset: 0, size });
  };
  const ending = new Map<number, Value[]>();
  for (const [tensor, index] of lastUse) {
    if (preset.has(tensor)) continue;
    const list = ending.get(index);
    if (list) list.push(tensor);
    else ending.set(index, [tensor]);
  }
  for (const tensor of loaded) give(tensor);
  for (const [index, item] of items.entries()) {
    for (const output of Object.values(item.writes)) give(output);
    for (const tensor of ending.get(index) ?? []) {
      const range = places.get(tensor);
      if (range) taken.delete(range.buffer);
    }
  }
  return places;
}
