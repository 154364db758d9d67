import type { BufferRange } from "./buffer-pool";
import { sizeClass } from "./buffer-pool";
import type { Device } from "./device";
import { DeviceLostError } from "./errors";

const USAGE = 0x1 | 0x8; // MAP_READ | COPY_DST

/** Staging buffers for reading results: used again, so that a loop that reads its loss creates none after the first. */
export class Readback {
  readonly #device: Device;
  readonly #free = new Map<number, GPUBuffer[]>();

  constructor(device: Device) {
    this.#device = device;
  }

  /** @throws DeviceLostError if the device is or gets lost */
  async read({ buffer, offset, size }: BufferRange): Promise<ArrayBuffer> {
    const device = this.#device;
    const staging = this.#acquire(size);
    device.submit("readback", (encoder) => encoder.copyBufferToBuffer(buffer, offset, staging, 0, size));
    try {
      await staging.mapAsync(0x1, 0, size);
    } catch (cause) {
      device.assertAlive("readback");
      throw new DeviceLostError({ where: "readback", what: "the device was lost before its result could be read" }, { cause });
    }
    device.counters.readbacks++;
    const bytes = staging.getMappedRange(0, size).slice(0);
    staging.unmap();
    this.#release(staging);
    return bytes;
  }

  /** Destroys the staging buffers that are not in use. */
  trim(): void {
    for (const list of this.#free.values()) for (const buffer of list) this.#device.pool.destroy(buffer);
    this.#free.clear();
  }

  #acquire(bytes: number): GPUBuffer {
    const size = sizeClass(bytes);
    const free = this.#free.get(size)?.pop();
    if (free) return free;
    const { counters, gpu } = this.#device;
    counters.buffers++;
    counters.liveBuffers++;
    counters.liveBytes += size;
    return gpu.createBuffer({ size, usage: USAGE, label: "readback" });
  }

  #release(buffer: GPUBuffer): void {
    const list = this.#free.get(buffer.size);
    if (list) list.push(buffer);
    else this.#free.set(buffer.size, [buffer]);
  }
}
