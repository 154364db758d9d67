import { BLOCK, type BufferRange, type Device } from "@unroll/kernels";
import { enqueue } from "../plan/evaluate";
import type { Parameter } from "../tensor/parameter";
import { borrow, type Storage } from "../tensor/storage";
import { Tensor } from "../tensor/tensor";
import { zerosInto, zerosOn } from "./zeros";

/** Parameters begin at multiples of this many elements, where every device can bind them and halves rounded from them. */
const ALIGN = BLOCK;

/** Words that a parameter takes up in a segment, the gap after it included. */
export const wordsOf = ({ size }: Parameter): number => Math.ceil(Math.max(1, size) / ALIGN) * ALIGN;

/**
 * Parameters laid one after another in one buffer, and their gradients in another of the same layout: one dispatch
 * updates them all. Gaps are zero.
 */
export class Segment {
  readonly parameters: readonly Parameter[];
  /** Words of the segments before it. */
  readonly first: number;
  /** Words of its own, gaps included. */
  readonly size: number;
  /** First word of each parameter. */
  readonly starts: readonly number[];
  /** All values, as one tensor. */
  readonly values: Tensor;
  #device: Device | null = null;
  #gradients: Tensor | null = null;

  constructor(parameters: readonly Parameter[], first: number) {
    this.parameters = parameters;
    this.first = first;
    let next = 0;
    this.starts = parameters.map((parameter) => {
      const start = next;
      next += wordsOf(parameter);
      return start;
    });
    this.size = next;
    this.values = new Tensor({ kind: "device" }, [next], "f32");
    this.values.name = "parameters";
    this.values.variable = { initial: null, changedAt: 0 };
    this.values.bring = (device) => this.prepare(device);
    for (const [index, parameter] of parameters.entries()) {
      parameter.home = { all: this.values, start: this.starts[index] as number };
    }
  }

  /** All gradients, as one tensor. */
  get gradients(): Tensor {
    return this.#gradients as Tensor;
  }

  /** Where the gradient of each parameter is to be computed to. */
  get gradientRanges(): BufferRange[] {
    return this.parameters.map((_, index) => this.#range(this.gradients, index));
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

  /** Frees the gradients. The parameters stay where they are, in memory that is given back with the last of them. */
  dispose(): void {
    for (const parameter of this.parameters) {
      if (parameter.home?.all === this.values) parameter.home = null;
    }
    this.values.dispose();
    this.#gradients?.dispose();
  }

  #range(flat: Tensor, index: number): BufferRange {
    const { buffer, offset } = (flat.storage as Storage).range;
    const { size } = this.parameters[index] as Parameter;
    return { buffer, offset: offset + (this.starts[index] as number) * 4, size: Math.max(1, size) * 4 };
  }

  #move(device: Device, parameter: Parameter, to: BufferRange): void {
    const { storage, variable, size } = parameter;
    const home = borrow(device, to, this.values.storage as Storage);
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
