import { BLOCK, type BufferRange, type Device, ValueError } from "@unroll/kernels";
import { inputsOf } from "../graph/node";
import { elementwise } from "../graph/run";
import { enqueue } from "../plan/executor";
import { trace } from "../plan/trace";
import type { Parameter } from "../tensor/parameter";
import { borrow, Storage } from "../tensor/storage";
import { Tensor } from "../tensor/tensor";

/** Parameters begin at multiples of this many elements, where every device can bind them and halves rounded from them. */
const ALIGN = BLOCK;

/** Parameters that some optimizer already holds, so that no two fight over where they lie. */
const held = new WeakSet<Parameter>();

/**
 * Parameters laid one after another in one buffer, and their gradients in another of the same layout: one dispatch
 * updates them all, and one reduction makes the norm of the gradient. Gaps are zero.
 */
export class FlatParameters {
  readonly parameters: readonly Parameter[];
  /** Words of the whole, gaps included. */
  readonly size: number;
  /** First word of each parameter. */
  readonly starts: readonly number[];
  #device: Device | null = null;
  /** All values, as one tensor. */
  readonly values: Tensor;
  #gradients: Tensor | null = null;

  /** @throws ValueError if one is in another optimizer already */
  constructor(where: string, parameters: readonly Parameter[]) {
    this.parameters = parameters;
    for (const parameter of this.parameters) {
      parameter.assertUsable(where);
      if (held.has(parameter)) {
        throw new ValueError({
          where,
          what: `the parameter ${parameter.name ?? parameter}`,
          expected: "in one optimizer only",
          received: "in another already",
          remedy: "Call dispose() on the other optimizer first.",
        });
      }
    }
    for (const parameter of this.parameters) held.add(parameter);
    let next = 0;
    this.starts = this.parameters.map(({ size }) => {
      const start = next;
      next += Math.ceil(Math.max(1, size) / ALIGN) * ALIGN;
      return start;
    });
    this.size = next;
    this.values = new Tensor({ kind: "device" }, [next], "f32");
    this.values.name = "parameters";
    this.values.variable = { initial: null, changedAt: 0 };
    this.values.bring = (device) => this.prepare(device);
    for (const [index, parameter] of this.parameters.entries()) {
      parameter.home = { all: this.values, start: this.starts[index] as number };
    }
  }

  /** All gradients, as one tensor. */
  get gradients(): Tensor {
    return this.#gradients as Tensor;
  }

  /** Moves the parameters into their common buffer, once. */
  prepare(device: Device): void {
    if (this.#device) return;
    if (!this.values.storage) zerosInto(device, this.values);
    this.#gradients ??= zerosOn(device, this.size, "gradients");
    this.#device = device; // not before there is memory for both
    for (const [index, parameter] of this.parameters.entries()) {
      this.#move(device, parameter, this.#range(this.values, index));
    }
  }

  /** Which parameter the element `index` of the whole belongs to. */
  at(index: number): Parameter {
    const found = this.starts.findLastIndex((start) => start <= index);
    return this.parameters[found] as Parameter;
  }

  /** Where each gradient is to be computed to. */
  placements(gradients: readonly Tensor[]): Map<Tensor, BufferRange> {
    const read = new Set(trace(gradients).nodes.flatMap((node) => inputsOf(node)));
    const placed = new Map<Tensor, BufferRange>();
    for (const [index, gradient] of gradients.entries()) {
      // One that others read, or that is not a kernel's own output, is copied: by the kernel that makes it, if that is
      // elementwise. So no dispatch ever reads and writes the common buffer.
      const isOwn =
        gradient.node.kind === "kernel" && !gradient.storage && !read.has(gradient) && !placed.has(gradient);
      placed.set(isOwn ? gradient : elementwise("identity", [gradient]), this.#range(this.gradients, index));
    }
    return placed;
  }

  /** Lets another optimizer have the parameters; they stay where they are. */
  dispose(): void {
    for (const parameter of this.parameters) {
      held.delete(parameter);
      if (!this.#device && parameter.home?.all === this.values) parameter.home = null; // it never moved there
    }
    this.#gradients?.dispose();
  }

  #range(flat: Tensor, index: number): BufferRange {
    const { buffer, offset } = (flat.storage as Storage).range;
    const { size } = this.parameters[index] as Parameter;
    return { buffer, offset: offset + (this.starts[index] as number) * 4, size: Math.max(1, size) * 4 };
  }

  #move(device: Device, parameter: Parameter, to: BufferRange): void {
    const { storage, variable, size } = parameter;
    const home = borrow(device, to, this.values);
    if (variable.initial) {
      const { initial } = variable;
      variable.initial = null;
      enqueue(device, () => {
        if (size > 0) device.upload({ ...to, size: size * 4 }, initial);
      });
    } else if (storage) {
      storage.hold();
      enqueue(device, () => {
        device.submit("move parameters", (encoder) => {
          encoder.copyBufferToBuffer(storage.range.buffer, storage.range.offset, to.buffer, to.offset, to.size);
        });
        storage.unhold();
      });
      parameter.disown();
    }
    parameter.own(home);
  }
}

/** A tensor of zeros that stays on the device until it is disposed of. */
export function zerosOn(device: Device, words: number, name: string, dtype: "f32" | "u32" = "f32"): Tensor {
  const zeros = new Tensor({ kind: "device" }, [words], dtype);
  zeros.name = name;
  zerosInto(device, zeros);
  return zeros;
}

/** Writes words into a tensor that stays on the device, after all that was asked for before. */
export function uploadTo(
  device: Device,
  tensor: Tensor,
  words: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>,
): void {
  const { range } = tensor.storage as Storage;
  enqueue(device, () => device.upload({ ...range, size: words.byteLength }, words));
}

/** Gives a tensor of four-byte elements memory that is zero. */
function zerosInto(device: Device, tensor: Tensor): void {
  const size = tensor.size * 4;
  const buffer = device.pool.acquire(size, tensor.name ?? "zeros");
  tensor.own(new Storage(device, { buffer, offset: 0, size }, true, () => device.pool.release(buffer)));
  enqueue(device, () => device.submit(`clear ${tensor.name}`, (encoder) => encoder.clearBuffer(buffer, 0, size)));
}
