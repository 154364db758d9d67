import type { BufferRange, Device } from "@unroll/kernels";
import { WIDEST_BYTES } from "./dtype";

/** Results up to this many bytes share pages, so that a loop which keeps small results makes no buffer for each. */
const SMALL = 4096;
const PAGE = 256 * 1024;
const ALIGN = 256;

/** Device memory that a tensor owns. */
export class Storage {
  readonly device: Device;
  readonly range: BufferRange;
  /** Whether it keeps its place for its life, as parameters do: then kernels bind it where it lies. */
  readonly pinned: boolean;
  readonly #source: Storage | null;
  #failure: unknown = null;
  readonly #free: () => void;
  #released = false;
  #holders = 0;

  constructor(device: Device, range: BufferRange, pinned: boolean, free: () => void, source: Storage | null = null) {
    this.#source = source;
    this.device = device;
    this.range = range;
    this.pinned = pinned;
    this.#free = free;
  }

  /** Why its value never came to be. */
  get failure(): unknown {
    return this.#failure ?? this.#source?.failure ?? null;
  }

  set failure(failure: unknown) {
    this.#failure = failure;
  }

  /** The same memory for another tensor: it is given back when both have let go of it. */
  share(): Storage {
    const whole = this.#source ?? this;
    whole.hold();
    return new Storage(this.device, this.range, this.pinned, () => whole.unhold(), whole);
  }

  /** Keeps the memory from being given back until as many `unhold`: for work that is queued and not yet submitted. */
  hold(): void {
    this.#holders++;
  }

  unhold(): void {
    this.#holders--;
    if (this.#released && this.#holders === 0) this.#free();
  }

  /** Gives the memory back. Work already submitted still sees it. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    if (this.#holders === 0) this.#free();
  }
}

/** Takes `bytes` of device memory for a result that a user will hold. */
export function allocate(device: Device, bytes: number, label: string): Storage {
  const size = Math.max(WIDEST_BYTES, bytes);
  if (size <= SMALL) return pagesOf(device).allocate(size);
  const buffer = device.pool.acquire(size, label);
  return new Storage(device, { buffer, offset: 0, size }, false, () => device.pool.release(buffer));
}

/** Takes `bytes` in a buffer of their own, to stay where they are. */
export function allocatePinned(device: Device, bytes: number, label: string): Storage {
  const size = Math.max(WIDEST_BYTES, bytes);
  const buffer = device.pool.acquire(size, label);
  return new Storage(device, { buffer, offset: 0, size }, true, () => device.pool.release(buffer));
}

/** A part of the buffer of `whole`, which is not given back before the part is let go of. */
export function borrow(device: Device, range: BufferRange, whole: Storage): Storage {
  whole.hold();
  return new Storage(device, range, true, () => whole.unhold(), whole);
}

/** Small allocations in common buffers, first come first placed. */
class Pages {
  readonly #device: Device;
  readonly #free = new Map<number, BufferRange[]>();
  #pages: GPUBuffer[] = [];
  #used = PAGE;

  constructor(device: Device) {
    this.#device = device;
    device.onDispose(() => {
      for (const page of this.#pages) device.pool.release(page);
    });
  }

  allocate(bytes: number): Storage {
    this.#forgetRefused();
    const size = Math.ceil(bytes / ALIGN) * ALIGN;
    const slot = this.#free.get(size)?.pop() ?? this.#take(size);
    const range = { ...slot, size: bytes };
    return new Storage(this.#device, range, false, () => {
      const list = this.#free.get(size);
      if (list) list.push(slot);
      else this.#free.set(size, [slot]);
    });
  }

  /** Lets go of pages that the device had no room for; whoever asked for them was told. */
  #forgetRefused(): void {
    const { pool } = this.#device;
    if (!this.#pages.some((page) => pool.isRefused(page))) return;
    const refused = new Set(this.#pages.filter((page) => pool.isRefused(page)));
    for (const page of refused) pool.release(page);
    this.#pages = this.#pages.filter((page) => !refused.has(page));
    this.#used = PAGE;
    for (const [size, slots] of this.#free)
      this.#free.set(
        size,
        slots.filter(({ buffer }) => !refused.has(buffer)),
      );
  }

  #take(size: number): BufferRange {
    if (this.#used + size > PAGE) {
      this.#pages.push(this.#device.pool.acquire(PAGE, "small results"));
      this.#used = 0;
    }
    const offset = this.#used;
    this.#used += size;
    return { buffer: this.#pages.at(-1) as GPUBuffer, offset, size };
  }
}

const pages = new WeakMap<Device, Pages>();

function pagesOf(device: Device): Pages {
  let found = pages.get(device);
  if (!found) {
    found = new Pages(device);
    pages.set(device, found);
  }
  return found;
}
