import type { HostTensor } from "../io/host-tensor";
import { Tensor, tensor } from "../tensor/tensor";

/** Numbers that JSON has no word for. */
const WORDS = ["NaN", "Infinity", "-Infinity"];

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** JSON of plain values; NaN and infinities are kept, which JSON alone would make null. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === "number" && !Number.isFinite(each) ? { $number: String(each) } : each,
  );
}

/** What `toJson` was given. @throws SyntaxError if it is no JSON */
export function fromJson(text: string): unknown {
  return JSON.parse(text, (_, each: unknown) =>
    isRecord(each) && typeof each.$number === "string" && WORDS.includes(each.$number) ? Number(each.$number) : each,
  );
}

/** A value whose tensors are replaced by their names among `tensors`, which they are read into. */
export async function withoutTensors(
  value: unknown,
  prefix: string,
  tensors: Map<string, HostTensor>,
): Promise<unknown> {
  if (value instanceof Tensor) {
    const name = `${prefix}.${tensors.size}`;
    const { dtype, shape } = value;
    tensors.set(name, { dtype, shape: [...shape], data: new Float32Array(0) }); // the name is taken
    tensors.set(name, { dtype, shape: [...shape], data: await value.data() });
    return { $tensor: name };
  }
  if (Array.isArray(value)) {
    const parts: unknown[] = [];
    for (const each of value) parts.push(await withoutTensors(each, prefix, tensors));
    return parts;
  }
  if (!isRecord(value)) return value;
  const parts: Record<string, unknown> = {};
  for (const [key, each] of Object.entries(value)) parts[key] = await withoutTensors(each, prefix, tensors);
  return parts;
}

/** A value with its tensors in their places again, as constants. */
export function withTensors(value: unknown, tensors: ReadonlyMap<string, HostTensor>): unknown {
  if (Array.isArray(value)) return value.map((each) => withTensors(each, tensors));
  if (!isRecord(value)) return value;
  const { $tensor: name } = value;
  const found = typeof name === "string" ? tensors.get(name) : undefined;
  if (found) return tensor(found.data, { shape: found.shape, dtype: found.dtype, allowNonFinite: true });
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withTensors(each, tensors)]));
}
