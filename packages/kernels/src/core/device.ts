import type { AdapterFacts } from "./adapter";
import { BufferPool, type BufferRange } from "./buffer-pool";
import { Counters } from "./counters";
import { DeviceLostError, DisposedError } from "./errors";
import { type Limits, readLimits } from "./limits";
import { PipelineCache } from "./pipeline-cache";
import { Readback } from "./readback";

export interface DeviceOptions {
  /** Bytes of GPU buffers that may be alive at once; no bound of our own by default. */
  memoryBudget?: number;
}

/**
 * A GPU device with what kernels need around it: limits, a buffer pool, compiled pipelines, readback and counters.
 * Made by `open` or `wrap`.
 */
export class Device {
  readonly gpu: GPUDevice;
  readonly adapter: AdapterFacts;
  readonly limits: Limits;
  readonly features: ReadonlySet<string>;
  readonly counters = new Counters();
  readonly pool: BufferPool;
  readonly pipelines: PipelineCache;
  readonly #readback: Readback;
  readonly #listeners = new Set<(error: DeviceLostError) => void>();
  readonly #owned: boolean;
  #lost: DeviceLostError | null = null;
  #disposed = false;
  #fault: string | null = null;

  constructor(gpu: GPUDevice, adapter: AdapterFacts, owned: boolean, { memoryBudget = Infinity }: DeviceOptions = {}) {
    this.gpu = gpu;
    this.adapter = adapter;
    this.limits = readLimits(gpu.limits);
    this.features = new Set(gpu.features);
    this.#owned = owned;
    this.pool = new BufferPool(gpu, this.limits, this.counters, memoryBudget);
    this.pipelines = new PipelineCache(gpu, this.counters);
    this.#readback = new Readback(this);
    gpu.addEventListener("uncapturederror", (event) => {
      this.#fault ??= event.error.message;
    });
    gpu.lost.then((info) => this.#markLost(info.reason, info.message));
  }

  /** Why the device is gone, or null while it works. */
  get lost(): DeviceLostError | null {
    return this.#lost;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /** Calls `listener` once if the device is lost, at once if it already is. Returns how to stop listening. */
  onLost(listener: (error: DeviceLostError) => void): () => void {
    if (this.#lost) listener(this.#lost);
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * A lost device keeps pretending: it neither throws on submit nor rejects its queue's promise. So everything that
   * is about to use the GPU, or to trust a number that came from it, asks here first.
   * @throws DisposedError after `dispose`
   * @throws DeviceLostError after the device was lost, or did something it refused
   */
  assertAlive(where: string): void {
    if (this.#disposed) {
      throw new DisposedError({ where, what: "the device", received: "disposed of", remedy: "Call open() for a new one." });
    }
    if (this.#lost) throw this.#lost;
    if (this.#fault) throw new DeviceLostError({ where, what: `the device refused earlier work: ${this.#fault}` });
  }

  /** Records commands with `record` and submits them at once. */
  submit(label: string, record: (encoder: GPUCommandEncoder) => void): void {
    this.assertAlive(label);
    const encoder = this.gpu.createCommandEncoder({ label });
    record(encoder);
    this.gpu.queue.submit([encoder.finish()]);
    this.counters.submissions++;
  }

  /** Writes host data into a part of a buffer. Sizes are multiples of 4 bytes. */
  upload(range: BufferRange, data: ArrayBufferView<ArrayBuffer>): void {
    this.gpu.queue.writeBuffer(range.buffer, range.offset, data.buffer, data.byteOffset, data.byteLength);
    this.counters.uploadedBytes += data.byteLength;
  }

  /** The bytes of a part of a buffer, once all work submitted before is done. */
  read(range: BufferRange): Promise<ArrayBuffer> {
    return this.#readback.read(range);
  }

  /**
   * Waits until all submitted work is done.
   * @throws DeviceLostError if the device was lost meanwhile
   */
  async idle(): Promise<void> {
    this.assertAlive("Device.idle");
    try {
      await this.gpu.queue.onSubmittedWorkDone();
    } catch (cause) {
      throw new DeviceLostError({ where: "Device.idle", what: "the device was lost while it worked" }, { cause });
    }
    this.assertAlive("Device.idle");
  }

  /** Destroys pooled buffers that nobody uses. */
  trim(): void {
    this.pool.trim();
    this.#readback.trim();
  }

  /** Ends the use of the device; one that `open` made is destroyed, one that the caller had is left as it was. */
  dispose(): void {
    if (this.#disposed) return;
    this.trim();
    this.#disposed = true;
    if (this.#owned) this.gpu.destroy();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #markLost(reason: GPUDeviceLostReason, message: string): void {
    this.#lost = new DeviceLostError({
      where: this.#disposed ? "Device" : "GPU",
      what: `the device was lost (${reason}${message ? `: ${message}` : ""})`,
      remedy: "Call open() again and restore the last saved weights; values on the lost device are gone.",
    });
    for (const listener of this.#listeners) listener(this.#lost);
    this.#listeners.clear();
  }
}
