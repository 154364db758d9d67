import { type Float64Tensor, sizeOf } from "./tensor";

/** A tensor of a golden file. `dtype` is as written there; float64 holds every value of float32, int32 and bool. */
export type GoldenTensor = Float64Tensor & { readonly dtype: string };

const words: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value of a golden file is written as a tensor: `{ dtype, shape, data }`. */
export function isGoldenTensor(value: unknown): boolean {
  return isRecord(value) && "dtype" in value && "shape" in value && "data" in value;
}

/**
 * Reads `{ dtype, shape, data }` with `data` flat and row-major, where the strings "NaN", "Infinity" and "-Infinity"
 * stand for those values.
 * @param where named in errors
 * @throws TypeError if it is anything else
 */
export function parseGoldenTensor(value: unknown, where = "tensor"): GoldenTensor {
  if (!isRecord(value))
    throw new TypeError(`${where} should be { dtype, shape, data } but is ${JSON.stringify(value)}.`);
  const { dtype, shape, data } = value;
  if (typeof dtype !== "string")
    throw new TypeError(`${where}.dtype should be a string but is ${JSON.stringify(dtype)}.`);
  if (!isShape(shape)) throw new TypeError(`${where}.shape should be whole numbers but is ${JSON.stringify(shape)}.`);
  if (!Array.isArray(data) || data.length !== sizeOf(shape)) {
    const came = Array.isArray(data) ? `${data.length} elements` : JSON.stringify(data);
    throw new TypeError(
      `${where}.data should hold the ${sizeOf(shape)} elements of [${shape.join(", ")}] but is ${came}.`,
    );
  }
  const numbers = Float64Array.from(data, (element: unknown, index) => numberOf(element, `${where}.data[${index}]`));
  return { dtype, shape, data: numbers, ...(/^(u?int|bool)/.test(dtype) ? { integer: true } : {}) };
}

function isShape(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((extent) => Number.isInteger(extent) && extent >= 0);
}

function numberOf(element: unknown, where: string): number {
  if (typeof element === "number") return element;
  if (typeof element === "boolean") return Number(element);
  const word = typeof element === "string" ? words.get(element) : undefined;
  if (word === undefined) throw new TypeError(`${where} should be a number but is ${JSON.stringify(element)}.`);
  return word;
}
