import { DTypeError } from "@unroll/kernels";

/** Element types. `bool` is stored as u32 words of 0 and 1, since WGSL has no bool in buffers. */
export type DType = "f32" | "i32" | "u32" | "bool";

/** Host arrays of one dtype or another. */
export type HostData = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** The typed array that holds `dtype` on the host. */
export function hostArray(dtype: DType, source: ArrayBuffer | number): HostData {
  // The overloads of each constructor take a length or a buffer, but not their union.
  const buffer = typeof source === "number" ? new ArrayBuffer(source * 4) : source;
  if (dtype === "f32") return new Float32Array(buffer);
  if (dtype === "i32") return new Int32Array(buffer);
  return new Uint32Array(buffer);
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
    remedy:
      "Convert it: Float32Array.from(values) for f32, Int32Array.from(values) or Uint32Array.from(values) for integers.",
  });
}
