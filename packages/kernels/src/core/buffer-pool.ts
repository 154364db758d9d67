import type { Counters } from "./counters";
import { DeviceLimitError, OutOfMemoryError, ShapeError } from "./errors";
import type { Limits } from "./limits";

/** A part of a buffer. Offsets of parts that a kernel binds are multiples of 256. */
export interface BufferRange {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

/** @throws ShapeError if a part is not of whole words within its buffer: a device refuses that, and then all that it holds */
export function expectPart(where: string, what: string, { buffer, offset, size }: BufferRange): void {
  if (offset >= 0 && offset % 4 === 0 && size % 4 === 0 && offset + size <= buffer.size) return;
  const expected = `words of 4 bytes within its buffer of ${buffer.size} bytes`;
  throw new ShapeError({ where, what, expected, received: `bytes ${offset} to ${offset + size}` });
}

/** What a buffer may be used for, as WebGPU's flags: the global GPUBufferUsage does not exist in Node. */
export const USAGE = {
  /** Arrays of kernels: STORAGE | COPY_SRC | COPY_DST. */
  array: 0x80 | 0x04 | 0x08,
  /** Sizes and scalars: UNIFORM | COPY_DST. */
  uniform: 0x40 | 0x08,
  /** Results on their way to the host: MAP_READ | COPY_DST. */
  staging: 0x01 | 0x08,
  /** Timestamps: QUERY_RESOLVE | COPY_SRC. */
  queries: 0x200 | 0x04,
} as const;

export interface BufferPoolOptions {
  readonly gpu: GPUDevice;
  readonly limits: Limits;
  readonly counters: Counters;
  /** Bytes that may be alive at once. */
  readonly budget: number;
  /** Throws if the device can no longer be used. */
  readonly assertAlive: (where: string) => void;
}

/**
 * Buffers that are used again rather than made again. Sizes are rounded up to an eighth of an octave, so that batches
 * of nearly one size share buffers. A recycled buffer holds what its last user left there.
 *
 * A device says only later that it had no room for a buffer. Until whoever has such a refused buffer releases it,
 * `settled` throws: work that used it did not happen, so nothing computed meanwhile can be trusted.
 */
export class BufferPool {
  readonly #options: BufferPoolOptions;
  readonly #free = new Map<number, GPUBuffer[]>();
  readonly #refused = new Map<GPUBuffer, OutOfMemoryError>();
  readonly #allocations = new Set<Promise<void>>();
  #closed = false;

  constructor(options: BufferPoolOptions) {
    this.#options = options;
  }

  /**
   * A buffer of at least `bytes`, its contents undefined.
   * @param usage one of `USAGE`
   * @throws DeviceLimitError if no buffer of the device may be so large
   * @throws OutOfMemoryError if the budget given to `open` would be passed
   * @throws DisposedError, DeviceLostError if the device is gone
   */
  acquire(bytes: number, label: string, usage: number = USAGE.array): GPUBuffer {
    const { limits, assertAlive } = this.#options;
    assertAlive(label);
    const size = Math.min(sizeClass(bytes), Math.max(bytes, limits.maxBufferSize));
    return this.#free.get(kind(size, usage))?.pop() ?? this.#create(size, label, usage);
  }

  /** Gives a buffer back for the next `acquire`. Work already submitted that uses it still sees it. */
  release(buffer: GPUBuffer): void {
    if (this.#closed || this.#refused.has(buffer)) {
      this.destroy(buffer);
      return;
    }
    const key = kind(buffer.size, buffer.usage);
    const list = this.#free.get(key);
    if (list) list.push(buffer);
    else this.#free.set(key, [buffer]);
  }

  /** Destroys all buffers that nobody uses. */
  trim(): void {
    for (const list of this.#free.values()) {
      for (const buffer of list) this.destroy(buffer);
    }
    this.#free.clear();
  }

  /** Destroys one buffer for good. */
  destroy(buffer: GPUBuffer): void {
    const { counters } = this.#options;
    counters.liveBuffers--;
    counters.liveBytes -= buffer.size;
    this.#refused.delete(buffer);
    buffer.destroy();
  }

  /** Trims, and from now on destroys what is released. */
  close(): void {
    this.#closed = true;
    this.trim();
  }

  /** Whether the device is known to have had no room for this buffer. */
  isRefused(buffer: GPUBuffer): boolean {
    return this.#refused.has(buffer);
  }

  /**
   * Waits until the device has said whether it had room for every buffer made so far.
   * @throws OutOfMemoryError if it had not, for as long as somebody has such a buffer
   */
  async settled(): Promise<void> {
    if (this.#allocations.size > 0) await Promise.all(this.#allocations);
    for (const error of this.#refused.values()) throw error;
  }

  #create(size: number, label: string, usage: number): GPUBuffer {
    const { gpu, limits, counters, budget } = this.#options;
    if (size > limits.maxBufferSize) {
      throw new DeviceLimitError({
        where: label,
        what: "a buffer",
        expected: `at most ${limits.maxBufferSize} bytes on this device`,
        received: `${size} bytes`,
        remedy: "Use a smaller batch, fewer steps or a smaller model.",
      });
    }
    if (counters.liveBytes + size > budget) {
      this.trim();
      if (counters.liveBytes + size > budget) throw this.#outOfMemory(size, label, "memoryBudget");
    }
    gpu.pushErrorScope("out-of-memory");
    const buffer = gpu.createBuffer({ size, usage, label });
    counters.buffers++;
    counters.liveBuffers++;
    counters.liveBytes += size;
    const allocation = gpu.popErrorScope().then(
      (error) => {
        if (error) this.#refuse(buffer, label);
      },
      () => undefined, // the device was lost meanwhile: its own error says so, to whoever uses it next
    );
    this.#allocations.add(allocation);
    allocation.then(() => this.#allocations.delete(allocation));
    return buffer;
  }

  /** Notes that a buffer has no memory, and makes room for a next attempt. */
  #refuse(buffer: GPUBuffer, label: string): void {
    this.#refused.set(buffer, this.#outOfMemory(buffer.size, label, "device"));
    this.trim();
  }

  #outOfMemory(size: number, label: string, whose: "device" | "memoryBudget"): OutOfMemoryError {
    const { counters, budget } = this.#options;
    const room = whose === "device" ? "the device has room for" : `the memoryBudget of ${budget} bytes allows`;
    const others = counters.liveBytes - (whose === "device" ? size : 0);
    return new OutOfMemoryError({
      where: label,
      what: `a buffer of ${size} bytes is more than ${room}, with ${others} bytes in use`,
      remedy: "Use a smaller batch, dispose of tensors no longer needed, or call device.trim().",
    });
  }
}

/** Eight sizes to an octave, all multiples of 256. */
export function sizeClass(bytes: number): number {
  if (bytes <= 2048) return Math.max(256, Math.ceil(bytes / 256) * 256);
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 3);
  return Math.ceil(bytes / step) * step;
}

/** One number for a size and a usage: all flags of WebGPU lie below 1024. */
function kind(size: number, usage: number): number {
  return size * 1024 + usage;
}
