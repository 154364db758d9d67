import { DTypeError, unpackHalves } from "@unroll/kernels";

/**
 * Element types. `f16` takes two bytes on the device and is a Float32Array on the host. `bool` is stored as u32 words of
 * 0 and 1, since WGSL has no bool in buffers.
 */
export type DType = "f32" | "f16" | "i32" | "u32" | "bool";

/** @throws DTypeError if there is no such dtype */
export function expectKnownDType(where: string, dtype: DType): void {
  if (["f32", "f16", "i32", "u32", "bool"].includes(dtype)) return;
  const expected = "f32, f16, i32, u32 or bool";
  throw new DTypeError({ where, what: "dtype", expected, received: String(dtype) });
}

/** Both widths of real numbers: what gradients flow through. */
export const FLOATS = ["f32", "f16"] as const;

/** Whether gradients flow through a dtype. */
export const isFloat = (dtype: DType): boolean => dtype === "f32" || dtype === "f16";

/** Bytes of one element on the device. */
export const elementBytes = (dtype: DType): number => (dtype === "f16" ? 2 : 4);

/** Bytes of the widest element that a kernel binds, four numbers at a time: even an array of none is bound as one. */
export const WIDEST_BYTES = 16;

/** Bytes of an array on the device: whole words, and room for an element where it has none. */
export function bytesOf({ size, dtype }: { readonly size: number; readonly dtype: DType }): number {
  return size === 0 ? WIDEST_BYTES : Math.ceil((size * elementBytes(dtype)) / 4) * 4;
}

/** Host arrays of one dtype or another. */
export type HostData = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** `count` elements as they lie on the device, in the typed array that holds `dtype` on the host. */
export function hostArray(dtype: DType, bytes: ArrayBuffer, count: number): HostData {
  if (dtype === "f16") return unpackHalves(bytes, count);
  if (dtype === "f32") return new Float32Array(bytes, 0, count);
  if (dtype === "i32") return new Int32Array(bytes, 0, count);
  return new Uint32Array(bytes, 0, count);
}

/** The dtype that a host array is taken for when none is said. */
export function dtypeOf(data: HostData): DType {
  if (data instanceof Float32Array) return "f32";
  return data instanceof Int32Array ? "i32" : "u32";
}

/** @throws DTypeError unless `data` is an array of a dtype */
export function expectHostData(where: string, data: ArrayBufferView): asserts data is HostData {
  if (data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint32Array) return;
  throw new DTypeError({
    where,
    what: "the array of values",
    expected: "Float32Array, Int32Array or Uint32Array",
    received: data.constructor.name,
    remedy: "Convert it, as with Float32Array.from(values).",
  });
}
