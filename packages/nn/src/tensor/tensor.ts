import { type Device, DisposedError, DTypeError, roundToHalf, ShapeError, ValueError } from "@unroll/kernels";
import type { OpRecord } from "../autograd/record";
import type { Node } from "../graph/node";
import { evaluate, readBack } from "../plan/evaluate";
import type { BufferUpdate } from "./buffer-update";
import { type DType, dtypeOf, expectHostData, expectKnownDType, type HostData, isFloat } from "./dtype";
import { refuseValue } from "./kind";
import { expectKnown } from "./known-options";
import { flatten, type NestedNumbers } from "./nested";
import { tapeNow } from "./recording";
import { expectExtents, formatShape, type Shape, sizeOf } from "./shape";
import type { Storage } from "./storage";

export type { NestedNumbers } from "./nested";

const memory = new FinalizationRegistry<Storage>((storage) => storage.release());

/** The changing side of a parameter. */
export interface Variable {
  /** First values, until a plan brings them to the device. */
  initial: HostData | null;
  /** When it last changed, by `clock`: nodes recorded before that may not read it any more. */
  changedAt: number;
}

/**
 * A value that may not have been computed yet: a shape, a dtype, and the operation that makes it. Ask for the numbers
 * with `await t.data()` or `await t.item()`; ask for several at once, as one submission, with `evaluate`.
 */
export class Tensor {
  readonly shape: Shape;
  /** Number of elements. */
  readonly size: number;
  readonly dtype: DType;
  /** What makes it; of a deferred one, what it stands for once that was recorded. */
  node: Node;
  /** How errors and profiles call it. */
  name: string | undefined;
  /** The differentiable operation that made it, if one did. */
  origin: OpRecord | null = null;
  /** What makes it a parameter, if it is one. */
  variable: Variable | null = null;
  /** Brings its values to a device when they are first asked for, where nothing recorded makes them. */
  bring: ((device: Device) => void) | null = null;
  /** What else changes when it is computed, if anything does. */
  update: BufferUpdate | null = null;
  /** Where its values lie on the device, once they were asked for. */
  storage: Storage | null = null;
  /** Used while a graph is walked: which walk saw it last, and as which value. */
  mark = 0;
  order = 0;
  #disposed = false;

  constructor(node: Node, shape: Shape, dtype: DType) {
    this.node = node;
    this.shape = shape;
    this.size = sizeOf(shape);
    this.dtype = dtype;
  }

  /** Number of axes; 0 for a scalar. */
  get rank(): number {
    return this.shape.length;
  }

  /** Whether `dispose` was called: it cannot be used any more. */
  get disposed(): boolean {
    return this.#disposed;
  }

  /** Gives it device memory that is freed when it is disposed of or collected. */
  own(storage: Storage): void {
    this.storage = storage;
    memory.register(this, storage, this);
  }

  /** Its values, row-major, once computed. */
  async data(): Promise<HostData> {
    this.assertUsable("Tensor.data");
    if (this.node.kind === "host") return this.node.data.slice();
    if (this.variable?.initial) return this.variable.initial.slice();
    const made = this.storage ? undefined : evaluate([this]);
    const [values] = await Promise.all([readBack(this), made]);
    return values;
  }

  /**
   * The value of a tensor of one element.
   * @throws ShapeError if it has more or fewer
   */
  async item(): Promise<number> {
    if (this.size !== 1) {
      throw new ShapeError({
        where: "Tensor.item",
        what: this.name ?? "the tensor",
        expected: "of one element",
        received: formatShape(this.shape),
        remedy: "Use data() for all values.",
      });
    }
    const [value] = await this.data();
    return value as number;
  }

  /** Gives up its device memory without being disposed of: its values are about to lie elsewhere. */
  disown(): void {
    memory.unregister(this);
    this.storage?.release();
    this.storage = null;
  }

  /** Frees its device memory at once. Using it afterwards is a DisposedError. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.disown();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** @throws DisposedError after `dispose`, and if the device that holds its values was disposed of */
  assertUsable(where: string): void {
    if (this.#disposed) throw new DisposedError({ where, what: this.#called, received: "disposed of" });
    if (this.storage?.device.disposed) {
      throw new DisposedError({
        where,
        what: this.#called,
        received: "on a device that was disposed of",
        remedy: "Make it again on the open device.",
      });
    }
  }

  /** What an error calls it. */
  get #called(): string {
    return this.name ?? `a tensor ${formatShape(this.shape)}`;
  }

  toString(): string {
    return `Tensor ${this.dtype} ${formatShape(this.shape)}${this.name ? ` "${this.name}"` : ""}`;
  }

  /** In a template it is its description. @throws DTypeError in arithmetic and comparisons: its values are elsewhere */
  [Symbol.toPrimitive](hint: "string" | "number" | "default"): string {
    if (hint === "string") return this.toString();
    throw new DTypeError({
      where: "Tensor",
      what: this.#called,
      received: "no number",
      remedy: "Use await t.item(), or add().",
    });
  }
}

/** How `tensor` takes host values. */
export interface TensorOptions {
  /** Extents of the axes; by default one axis, or those of the nested rows. */
  shape?: Shape;
  dtype?: DType;
  name?: string;
  /** NaN and infinities are refused unless this is set. */
  allowNonFinite?: boolean;
}

/**
 * A tensor of host values. A typed array is used as it is, not copied: change it only after the values computed from
 * it were awaited.
 * @throws ShapeError if the number of values does not fit the shape, or rows differ in length
 * @throws DTypeError if the values are neither numbers nor a Float32Array, Int32Array or Uint32Array, or there is no such
 * dtype
 * @throws ValueError if a value is NaN or infinite, or is none of the dtype's, or an option is unknown
 */
export function tensor(values: HostData | NestedNumbers, options: TensorOptions = {}): Tensor {
  expectKnown("tensor", options, ["shape", "dtype", "name", "allowNonFinite"]);
  const { data, shape: found } = hostValuesOf(values, options.dtype);
  const shape = options.shape ?? found;
  const dtype = options.dtype ?? dtypeOf(data);
  expectCount("tensor", data, shape);
  if (isFloat(dtype) && !options.allowNonFinite) expectFinite(data, dtype, options.name ?? "data");
  const made = new Tensor({ kind: "host", data }, shape, dtype);
  made.name = options.name;
  return tapeNow()?.constant(made) ?? made;
}

/** @throws ShapeError if the shape is none, or `data` has more or fewer values than it */
export function expectCount(where: string, data: HostData, shape: Shape): void {
  expectExtents(where, shape);
  if (sizeOf(shape) === data.length) return;
  const expected = `${sizeOf(shape)} for the shape ${formatShape(shape)}`;
  throw new ShapeError({ where, what: "the values", expected, received: String(data.length) });
}

function hostValuesOf(values: HostData | NestedNumbers, dtype: DType | undefined): { data: HostData; shape: Shape } {
  if (ArrayBuffer.isView(values)) {
    expectHostData("tensor", values);
    return { data: convert(values, dtype ?? dtypeOf(values)), shape: [values.length] };
  }
  const { flat, shape } = flatten(values);
  return { data: convert(flat, dtype ?? "f32"), shape };
}

/** Values as the array that holds `dtype`: the one given, if it is that. */
function convert(values: HostData | readonly number[], dtype: DType): HostData {
  if (dtype === "f32") return values instanceof Float32Array ? values : Float32Array.from(values);
  if (dtype === "f16") return Float32Array.from(values, roundToHalf);
  if (dtype === "i32") {
    if (values instanceof Int32Array) return values;
    expectWhole(values, dtype, -(2 ** 31), 2 ** 31 - 1);
    return Int32Array.from(values);
  }
  expectKnownDType("tensor", dtype);
  if (dtype === "bool" || !(values instanceof Uint32Array)) {
    expectWhole(values, dtype, 0, dtype === "bool" ? 1 : 2 ** 32 - 1);
  }
  return values instanceof Uint32Array ? values : Uint32Array.from(values);
}

/** @throws ValueError if an integer dtype has no such number */
function expectWhole(values: ArrayLike<number>, dtype: DType, low: number, high: number): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isInteger(value) && value >= low && value <= high) continue;
    refuseValue("tensor", { [`data[${i}]`]: value }, `a whole number from ${low} to ${high}, as ${dtype} has`);
  }
}

function expectFinite(data: HostData, dtype: DType, name: string): void {
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number;
    if (value - value === 0) continue; // false for NaN and both infinities only
    throw new ValueError({
      where: "tensor",
      what: `${name}[${i}]`,
      expected: dtype === "f16" ? "a finite number, less than 65,520 in size as f16 has" : "a finite number",
      received: String(value),
      remedy: "Clean the data, or pass allowNonFinite: true if this is meant.",
    });
  }
}
