import type { Counters } from "./counters";
import { DeviceLimitError, OutOfMemoryError } from "./errors";
import type { Limits } from "./limits";

/** A part of a buffer. Offsets of parts that a kernel binds are multiples of 256. */
export interface BufferRange {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

const USAGE = 0x80 | 0x04 | 0x08; // STORAGE | COPY_SRC | COPY_DST: the global GPUBufferUsage does not exist in Node

/**
 * Buffers that are used again rather than made again. Sizes are rounded up to an eighth of an octave, so that batches
 * of nearly one size share buffers. A recycled buffer holds what its last user left there.
 */
export class BufferPool {
  readonly #gpu: GPUDevice;
  readonly #limits: Limits;
  readonly #counters: Counters;
  readonly #budget: number;
  readonly #free = new Map<number, GPUBuffer[]>();
  readonly #refused = new WeakSet<GPUBuffer>();
  #allocations: Promise<OutOfMemoryError | null>[] = [];

  constructor(gpu: GPUDevice, limits: Limits, counters: Counters, budget: number) {
    this.#gpu = gpu;
    this.#limits = limits;
    this.#counters = counters;
    this.#budget = budget;
  }

  /**
   * A buffer of at least `bytes`, its contents undefined.
   * @throws DeviceLimitError if no buffer of the device may be so large
   * @throws OutOfMemoryError if the budget given to `open` would be passed
   */
  acquire(bytes: number, label: string): GPUBuffer {
    const size = Math.min(sizeClass(bytes), Math.max(bytes, this.#limits.maxBufferSize));
    return this.#free.get(size)?.pop() ?? this.#create(size, label);
  }

  /** Gives a buffer back for the next `acquire`. Work already submitted that uses it still sees it. */
  release(buffer: GPUBuffer): void {
    if (this.#refused.has(buffer)) return this.destroy(buffer);
    const list = this.#free.get(buffer.size);
    if (list) list.push(buffer);
    else this.#free.set(buffer.size, [buffer]);
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
    this.#counters.liveBuffers--;
    this.#counters.liveBytes -= buffer.size;
    buffer.destroy();
  }

  /**
   * Waits until the device has said whether it had room for every buffer made so far.
   * @throws OutOfMemoryError if it had not
   */
  async settled(): Promise<void> {
    if (this.#allocations.length === 0) return;
    const results = await Promise.all(this.#allocations.splice(0));
    for (const error of results) if (error) throw error;
  }

  #create(size: number, label: string): GPUBuffer {
    if (size > this.#limits.maxBufferSize) {
      throw new DeviceLimitError({
        where: label,
        what: "a buffer",
        expected: `at most ${this.#limits.maxBufferSize} bytes on this device`,
        received: `${size} bytes`,
        remedy: "Use a smaller batch, fewer steps or a smaller model.",
      });
    }
    if (this.#counters.liveBytes + size > this.#budget) {
      this.trim();
      if (this.#counters.liveBytes + size > this.#budget) throw this.#outOfMemory(size, label, "memoryBudget");
    }
    this.#gpu.pushErrorScope("out-of-memory");
    const buffer = this.#gpu.createBuffer({ size, usage: USAGE, label });
    this.#allocations.push(
      this.#gpu.popErrorScope().then(
        (error) => {
          if (!error) return null;
          this.#refused.add(buffer);
          return this.#outOfMemory(size, label, "device");
        },
        () => null, // the device was lost meanwhile: its own error says so, to whoever uses it next
      ),
    );
    this.#counters.buffers++;
    this.#counters.liveBuffers++;
    this.#counters.liveBytes += size;
    return buffer;
  }

  #outOfMemory(size: number, label: string, whose: "device" | "memoryBudget"): OutOfMemoryError {
    const room = whose === "device" ? "the device has room for" : `the memoryBudget of ${this.#budget} bytes allows`;
    return new OutOfMemoryError({
      where: label,
      what: `a buffer of ${size} bytes is more than ${room}, with ${this.#counters.liveBytes} bytes in use`,
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
