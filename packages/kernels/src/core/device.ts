import type { AdapterFacts } from "./adapter";
import { BufferPool, type BufferRange, expectPart } from "./buffer-pool";
import { type ChoicePolicy, type ChoiceStore, Choices } from "./choices";
import { Counters } from "./counters";
import { DeviceLostError, DisposedError } from "./errors";
import { type Limits, readLimits } from "./limits";
import { PipelineCache } from "./pipeline-cache";
import { readBuffer } from "./readback";

const OPEN_AGAIN = "Call open() again, make the model anew and load what was saved last.";

export interface DeviceOptions {
  /** Bytes of GPU buffers that may be alive at once; no bound of our own by default. */
  memoryBudget?: number;
  /** How long one dispatch may take, roughly; long sequences are cut accordingly. 100 by default. */
  dispatchMilliseconds?: number;
  /**
   * How a kernel is chosen where several could do the work. `measured`: once a plan has proved hot they are timed in
   * the background, and the fastest runs from then on. `expected`: what is known of the adapter decides, and nothing is
   * timed. `plain`: the readable baseline of each runs. Results are the same bits in all cases. GPUs are
   * measured by default; of software adapters enough is known, and measuring would keep their few cores from the work. With a store, what was measured is kept from run to run.
   */
  choices?: { policy?: ChoicePolicy; store?: ChoiceStore };
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
  /** Which kernels run what. */
  readonly choices: Choices;
  readonly #listeners = new Set<(error: DeviceLostError) => void>();
  readonly #disposers: (() => void)[] = [];
  readonly #trimmers: (() => void)[] = [];
  readonly #submissions = new Set<Promise<void>>();
  readonly #owned: boolean;
  #lost: DeviceLostError | null = null;
  #disposed = false;
  #fault: string | null = null;

  constructor(gpu: GPUDevice, adapter: AdapterFacts, owned: boolean, options: DeviceOptions = {}) {
    const { memoryBudget = Infinity, choices = {} } = options;
    const { policy = adapter.isSoftware ? "expected" : "measured", store = null } = choices;
    this.gpu = gpu;
    this.adapter = adapter;
    this.limits = readLimits(gpu.limits, options);
    this.features = new Set(gpu.features);
    this.#owned = owned;
    this.pool = new BufferPool({
      gpu,
      limits: this.limits,
      counters: this.counters,
      budget: memoryBudget,
      assertAlive: (where) => this.assertAlive(where),
    });
    this.pipelines = new PipelineCache(gpu, this.counters);
    this.choices = new Choices(this, policy, store);
    // on a device that the caller had, such an error may come from the caller's own work, and is the caller's to hear
    if (owned) gpu.addEventListener("uncapturederror", ({ error }) => this.#markFault(error.message));
    gpu.lost.then((info) => this.#markLost(info.reason, info.message));
  }

  /** Why the device is gone, or null while it works. */
  get lost(): DeviceLostError | null {
    return this.#lost;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /**
   * Calls `listener` once if the device is lost, at once if it already is; not for `dispose`, which is no accident.
   * Returns how to stop listening.
   */
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
      throw new DisposedError({
        where,
        what: "the device",
        received: "disposed of",
        remedy: "Call open() for a new one.",
      });
    }
    if (this.#lost) throw this.#lost;
    if (this.#fault) {
      throw new DeviceLostError({
        where,
        what: `the device refused earlier work, so what it holds cannot be trusted: ${this.#fault}`,
        remedy: OPEN_AGAIN,
      });
    }
  }

  /** Records commands with `record` and submits them at once. Should the device refuse them, later reads say so. */
  submit(label: string, record: (encoder: GPUCommandEncoder) => void): void {
    this.assertAlive(label);
    this.gpu.pushErrorScope("validation");
    try {
      const encoder = this.gpu.createCommandEncoder({ label });
      record(encoder);
      this.gpu.queue.submit([encoder.finish()]);
      this.counters.submissions++;
    } finally {
      this.#watch(this.gpu.popErrorScope());
    }
  }

  /**
   * Resolves when the device has said of everything submitted so far whether it was in order; `assertAlive` then knows.
   * An error event comes too late for that: a result can be mapped before the event is dispatched.
   */
  async accepted(): Promise<void> {
    await Promise.all(this.#submissions);
  }

  /**
   * Writes host data into a part of a buffer.
   * @throws ShapeError if it is no whole number of 4-byte words, or not within the buffer
   */
  upload(range: BufferRange, data: ArrayBufferView<ArrayBuffer>): void {
    this.assertAlive("Device.upload");
    expectPart("Device.upload", range.buffer.label, { ...range, size: data.byteLength });
    this.gpu.queue.writeBuffer(range.buffer, range.offset, data.buffer, data.byteOffset, data.byteLength);
    this.counters.uploadedBytes += data.byteLength;
  }

  /**
   * The bytes of a part of a buffer, once all work submitted before is done.
   * @throws ShapeError if the part is no whole number of 4-byte words, or not within the buffer
   * @throws DeviceLostError if the device was lost meanwhile
   * @throws OutOfMemoryError while a buffer is in use that the device had no room for
   */
  read(range: BufferRange): Promise<ArrayBuffer> {
    return readBuffer(this, range);
  }

  /**
   * Waits until all submitted work is done.
   * @throws DeviceLostError if the device was lost meanwhile
   * @throws OutOfMemoryError while a buffer is in use that the device had no room for
   */
  async idle(): Promise<void> {
    this.assertAlive("Device.idle");
    try {
      await this.gpu.queue.onSubmittedWorkDone();
    } catch (cause) {
      this.assertAlive("Device.idle");
      throw new DeviceLostError({ where: "Device.idle", what: "the device was lost while it worked" }, { cause });
    }
    await this.accepted();
    await this.pool.settled();
    this.assertAlive("Device.idle");
  }

  /** Destroys all buffers that nobody uses, those that were kept to make the next step faster among them. */
  trim(): void {
    for (const listener of this.#trimmers) listener();
    this.pool.trim();
  }

  /** Calls `listener` whenever memory is to be given back, before the pool gives back its own. */
  onTrim(listener: () => void): void {
    this.#trimmers.push(listener);
  }

  /** Calls `listener` when the device is disposed of, before its pool is emptied: to give back what was taken from it. */
  onDispose(listener: () => void): void {
    this.#disposers.push(listener);
  }

  /** Ends the use of the device; one that `open` made is destroyed, one that the caller had is left as it was. */
  dispose(): void {
    if (this.#disposed) return;
    for (const listener of this.#disposers) listener();
    this.#disposed = true;
    this.#listeners.clear();
    this.pool.close();
    if (this.#owned) this.gpu.destroy();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #watch(scope: Promise<GPUError | null>): void {
    const verdict = scope.then(
      (error) => (error ? this.#markFault(error.message) : undefined),
      () => undefined, // the device was lost: its own error says so
    );
    this.#submissions.add(verdict);
    verdict.then(() => this.#submissions.delete(verdict));
  }

  /** Some work did not happen. If a refused buffer was in use that explains it, and `pool.settled` tells. */
  async #markFault(message: string): Promise<void> {
    await this.pool.settled().then(
      () => {
        this.#fault ??= message;
      },
      () => undefined,
    );
  }

  #markLost(reason: GPUDeviceLostReason, message: string): void {
    this.#lost = new DeviceLostError({
      where: "GPU",
      what: `the device was lost (${reason}${message ? `: ${message}` : ""})`,
      remedy: OPEN_AGAIN,
    });
    for (const listener of this.#listeners) listener(this.#lost);
    this.#listeners.clear();
  }
}
