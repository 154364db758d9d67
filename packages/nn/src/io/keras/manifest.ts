import { float32BitsOfHalf, ValueError } from "@unroll/kernels";
import { FileFormatError } from "../errors";
import { elementCount, type HostTensor } from "../host-tensor";
import { JsonFields, type Place } from "../json-fields";
import { quoted } from "../quoted";

/** The shards of a model's weights: all of them in the order of the manifest, or each by the path that it has there. */
export type Shards = readonly (ArrayBuffer | Uint8Array)[] | Readonly<Record<string, ArrayBuffer | Uint8Array>>;

/** Names and shapes are small; what claims more than this is refused before anything is allocated. */
const MOST_WEIGHTS = 65_536;
const MOST_AXES = 8;

/** Bytes of an element, by the dtype that the file has it in. */
const WIDTHS: Readonly<Record<string, number>> = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 };

/**
 * The weights that a `weightsManifest` lists: group by group its shards are put end to end, and the weights follow one
 * another in them. Quantized ones (uint8 and uint16 with scale and min, float16) become f32.
 * @throws ModelFormatError if the manifest is malformed
 * @throws FileFormatError if the shards are shorter or longer than what it lists
 */
export function readManifest(place: Place, value: unknown, shards: Shards): Map<string, HostTensor> {
  const groups = new JsonFields({ ...place, path: "" }, { [place.path]: value }).objects(place.path);
  const tensors = new Map<string, HostTensor>();
  let next = 0;
  for (const group of groups) {
    const paths = group.list("paths");
    const parts = paths.map((path, index) => {
      if (typeof path !== "string") return group.refuse(`paths[${index}]`, "a text");
      return shardOf(place, shards, path, next + index);
    });
    next += paths.length;
    readGroup(place, group, { parts, name: paths.join(", ") }, tensors);
  }
  if (Array.isArray(shards) && shards.length !== next) {
    const received = String(shards.length);
    throw new ValueError({
      where: place.where,
      what: "the shards",
      expected: `${next}, as the manifest lists`,
      received,
    });
  }
  return tensors;
}

function shardOf({ where }: Place, shards: Shards, path: string, index: number): Uint8Array {
  const found: unknown = Array.isArray(shards)
    ? shards[index]
    : Object.hasOwn(shards, path)
      ? (shards as Readonly<Record<string, unknown>>)[path]
      : undefined;
  if (found instanceof ArrayBuffer) return new Uint8Array(found);
  if (found instanceof Uint8Array) return found;
  throw new ValueError({
    where,
    what: `the shard ${quoted(path)}`,
    expected: "an ArrayBuffer or a Uint8Array",
    received: found === undefined ? "missing" : typeof found,
    remedy: "Pass the bytes of every file that the manifest names.",
  });
}

function readGroup(
  { where }: Place,
  group: JsonFields,
  { parts, name: file }: { parts: readonly Uint8Array[]; name: string },
  tensors: Map<string, HostTensor>,
): void {
  const bytes = joined(parts);
  let offset = 0;
  for (const weight of group.objects("weights")) {
    const name = weight.text("name");
    const shape = shapeOf(weight);
    const stored = weight.has("quantization") ? weight.object("quantization").text("dtype") : weight.text("dtype");
    const width = Object.hasOwn(WIDTHS, stored) ? (WIDTHS[stored] as number) : 0;
    if (width === 0) weight.refuse("dtype", `one of ${Object.keys(WIDTHS).join(", ")}`);
    if (tensors.has(name)) weight.refuse("name", "a name that no other weight has");
    if (tensors.size >= MOST_WEIGHTS) weight.refuse("name", `one of at most ${MOST_WEIGHTS}`);
    const count = elementCount(shape);
    const end = offset + count * width;
    if (end > bytes.length) {
      throw new FileFormatError({
        where,
        field: `weight ${quoted(name)} in ${quoted(file)}`,
        offset,
        expected: `${count * width} bytes long`,
        received: `cut off after ${Math.max(0, bytes.length - offset)}`,
        remedy: "The shard is truncated, or belongs to another model; fetch or write it again.",
      });
    }
    tensors.set(name, { ...valuesOf(weight, stored, bytes.slice(offset, end)), shape });
    offset = end;
  }
  if (offset !== bytes.length) {
    throw new FileFormatError({
      where,
      field: `the end of ${quoted(file)}`,
      offset,
      expected: "where its last weight ends",
      received: `${bytes.length - offset} bytes further on`,
      remedy: "The shards belong to another model; fetch or write them again.",
    });
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let next = 0;
  for (const part of parts) {
    whole.set(part, next);
    next += part.length;
  }
  return whole;
}

function shapeOf(weight: JsonFields): number[] {
  const shape = weight.list("shape");
  const isShape =
    shape.length <= MOST_AXES && shape.every((extent) => Number.isSafeInteger(extent) && Number(extent) >= 0);
  if (!isShape || elementCount(shape as number[]) > 2 ** 40) {
    weight.refuse("shape", `whole numbers of at least 0, at most ${MOST_AXES} of them`);
  }
  return shape as number[];
}

function valuesOf(
  weight: JsonFields,
  stored: string,
  bytes: Uint8Array<ArrayBuffer>,
): Pick<HostTensor, "dtype" | "data"> {
  const { buffer } = bytes;
  if (!weight.has("quantization")) {
    if (stored === "float32") return { dtype: "f32", data: new Float32Array(buffer) };
    if (stored === "int32") return { dtype: "i32", data: new Int32Array(buffer) };
    if (stored === "bool") return { dtype: "bool", data: Uint32Array.from(bytes, (each) => Number(each !== 0)) };
  }
  if (stored === "float16") {
    const words = Uint32Array.from(new Uint16Array(buffer), float32BitsOfHalf);
    return { dtype: "f32", data: new Float32Array(words.buffer) };
  }
  const quantization = weight.object("quantization");
  if (stored !== "uint8" && stored !== "uint16") quantization.refuse("dtype", "uint8, uint16 or float16");
  const [scale, min] = [quantization.number("scale"), quantization.number("min")];
  const levels = stored === "uint8" ? bytes : new Uint16Array(buffer);
  return { dtype: "f32", data: Float32Array.from(levels, (level) => level * scale + min) };
}
