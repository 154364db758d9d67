import type { Device } from "@unroll/kernels";
import type { Clock } from "../report";

/** Usages of the buffer that timestamps are resolved into: QUERY_RESOLVE | COPY_SRC. */
const QUERIES = 0x200 | 0x04;

/**
 * Times work that is submitted between two points, by the device's clock or the page's. On the device's clock the work
 * lies between two empty passes of the same queue, so that the way to the device and back does not count.
 */
export class Stopwatch {
  readonly clock: Clock;
  readonly #device: Device;
  readonly #querySet: GPUQuerySet | null = null;
  readonly #buffer: GPUBuffer | null = null;

  constructor(device: Device, clock: Clock) {
    this.clock = clock;
    this.#device = device;
    if (clock === "wall") return;
    this.#querySet = device.gpu.createQuerySet({ type: "timestamp", count: 2, label: "stopwatch" });
    this.#buffer = device.pool.acquire(16, "stopwatch", QUERIES);
  }

  /**
   * Milliseconds from the start of the first to the end of the last of what `submit` submits.
   * @returns NaN where the device's clock ran backwards, as WebGPU allows
   */
  async time(submit: () => void | Promise<void>): Promise<number> {
    await this.#device.idle();
    if (!this.#querySet || !this.#buffer) {
      const start = performance.now();
      await submit();
      await this.#device.idle();
      return performance.now() - start;
    }
    const buffer = this.#buffer;
    const querySet = this.#querySet;
    this.#mark("start", 0);
    await submit();
    this.#mark("end", 1);
    this.#device.submit("stopwatch", (encoder) => encoder.resolveQuerySet(querySet, 0, 2, buffer, 0));
    const [start = 0n, end = 0n] = new BigUint64Array(await this.#device.read({ buffer, offset: 0, size: 16 }));
    return end > start ? Number(end - start) / 1e6 : Number.NaN;
  }

  dispose(): void {
    this.#querySet?.destroy();
    if (this.#buffer) this.#device.pool.release(this.#buffer);
  }

  #mark(label: string, index: number): void {
    const querySet = this.#querySet as GPUQuerySet;
    this.#device.submit(label, (encoder) => {
      encoder.beginComputePass({ label, timestampWrites: { querySet, endOfPassWriteIndex: index } }).end();
    });
  }
}
