import type { Device } from "@unroll/kernels";
import { enqueue } from "../plan/evaluate";
import { allocatePinned, type Storage } from "../tensor/storage";
import { Tensor } from "../tensor/tensor";
import type { Segment } from "./segment";

/** A tensor of zeros that stays on the device until it is disposed of. */
export function zerosOn(device: Device, words: number, name: string, dtype: "f32" | "u32" = "f32"): Tensor {
  const zeros = new Tensor({ kind: "device" }, [words], dtype);
  zeros.name = name;
  zerosInto(device, zeros);
  return zeros;
}

/** One for each segment, by default of as many words as it has: all or, where memory runs out, none. */
export function zerosOnEach(
  device: Device,
  segments: readonly Segment[],
  name: string,
  words: (segment: Segment) => number = ({ size }) => size,
): Tensor[] {
  const made: Tensor[] = [];
  try {
    for (const segment of segments) made.push(zerosOn(device, words(segment), name));
    return made;
  } catch (error) {
    for (const zeros of made) zeros.dispose();
    throw error;
  }
}

/** Gives a tensor of four-byte elements memory that is zero. */
export function zerosInto(device: Device, tensor: Tensor): void {
  const { name = "zeros", size } = tensor;
  const storage = allocatePinned(device, size * 4, name);
  tensor.own(storage);
  clear(storage, name);
}

/** Apart from `zerosInto`: what is queued here may live as long as the memory, and must not hold its tensor. */
function clear({ device, range: { buffer, offset, size } }: Storage, name: string): void {
  enqueue(device, () => device.submit(`clear ${name}`, (encoder) => encoder.clearBuffer(buffer, offset, size)));
}
