import { type BufferRange, expectPart, USAGE } from "./buffer-pool";
import type { Device } from "./device";
import { DeviceLostError } from "./errors";

/**
 * The bytes of a part of a buffer, once all work submitted before is done. Staging buffers come from the pool, so a
 * loop that reads its loss creates none after the first.
 * @throws ShapeError if the part is no whole number of 4-byte words, or not within the buffer
 * @throws DeviceLostError if the device is or gets lost
 * @throws OutOfMemoryError while a buffer that the device refused is in use
 */
export async function readBuffer(device: Device, range: BufferRange): Promise<ArrayBuffer> {
  const { buffer, offset, size } = range;
  device.assertAlive("Device.read");
  expectPart("Device.read", buffer.label, range);
  const staging = device.pool.acquire(size, "readback", USAGE.staging);
  try {
    device.submit("readback", (encoder) => encoder.copyBufferToBuffer(buffer, offset, staging, 0, size));
    const accepted = device.accepted();
    await map(device, staging, size);
    await accepted;
    await device.pool.settled();
    device.assertAlive("Device.read");
    device.counters.readbacks++;
    return staging.getMappedRange(0, size).slice(0);
  } finally {
    staging.unmap();
    device.pool.release(staging);
  }
}

async function map(device: Device, staging: GPUBuffer, size: number): Promise<void> {
  try {
    await staging.mapAsync(0x1, 0, size); // GPUMapMode.READ
  } catch (cause) {
    await device.pool.settled();
    device.assertAlive("Device.read");
    throw new DeviceLostError(
      { where: "Device.read", what: "the device was lost before its result could be read" },
      { cause },
    );
  }
}
