import { packHalves, ValueError } from "@unroll/kernels";
import type { DType, HostData } from "../../tensor/dtype";
import { checkHostTensor, type HostTensor } from "../host-tensor";
import { quoted } from "../quoted";
import { METADATA_KEY, PREFIX_BYTES } from "./safetensors-layout";
import { DEFAULT_SAFETENSORS_LIMITS } from "./safetensors-limits";

/** Each dtype's name and bytes in the file, in the order in which the format's own writer lays tensors out. */
const LAYOUT = {
  f32: { name: "F32", bytes: 4, rank: 0 },
  u32: { name: "U32", bytes: 4, rank: 1 },
  i32: { name: "I32", bytes: 4, rank: 2 },
  f16: { name: "F16", bytes: 2, rank: 3 },
  bool: { name: "BOOL", bytes: 1, rank: 4 },
} as const satisfies Record<DType, { name: string; bytes: number; rank: number }>;

/**
 * Writes a safetensors file: the same tensors give the same bytes, whatever their order in the map. Wider types come
 * first and names are sorted, as the format's own writer does, so every tensor is aligned.
 * @param tensors by name; their data is copied bit for bit, bool as one byte each
 * @param metadata strings to keep beside them
 * @throws ValueError for a name that the format or our reader refuses, or a header beyond the reader's limit
 * @throws DTypeError, ShapeError if a tensor's data, dtype and shape contradict one another
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, HostTensor>,
  metadata: Readonly<Record<string, string>> | ReadonlyMap<string, string> = {},
): Uint8Array<ArrayBuffer> {
  for (const [name, tensor] of tensors) checkTensor(name, tensor);
  const ordered = [...tensors].sort(
    ([a, { dtype: s }], [b, { dtype: t }]) => LAYOUT[s].rank - LAYOUT[t].rank || compare(a, b),
  );
  const header = new TextEncoder().encode(headerText(ordered, metadata));
  const { headerBytes, tensors: most } = DEFAULT_SAFETENSORS_LIMITS;
  const padded = Math.ceil(header.length / 8) * 8;
  if (padded > headerBytes || ordered.length > most) {
    const expected = `at most ${headerBytes} bytes for ${most} tensors`;
    refuse("the header", expected, `${padded} for ${ordered.length}`, "Spread the tensors over several files.");
  }
  const size = ordered.reduce((sum, [, { dtype, data }]) => sum + data.length * LAYOUT[dtype].bytes, 0);
  const file = new Uint8Array(PREFIX_BYTES + padded + size);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded), true);
  file.set(header, PREFIX_BYTES);
  file.fill(0x20, PREFIX_BYTES + header.length, PREFIX_BYTES + padded);
  let at = PREFIX_BYTES + padded;
  for (const [, { dtype, data }] of ordered) {
    // Typed arrays are little-endian wherever WebGPU runs, as the format is.
    file.set(bytesOf(dtype, data), at);
    at += data.length * LAYOUT[dtype].bytes;
  }
  return file;
}

/** Values as the file has them. */
function bytesOf(dtype: DType, data: HostData): Uint8Array {
  if (dtype === "bool") return Uint8Array.from(data);
  if (dtype === "f16") return new Uint8Array(packHalves(data).buffer, 0, 2 * data.length);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function headerText(
  ordered: readonly (readonly [string, HostTensor])[],
  metadata: Readonly<Record<string, string>> | ReadonlyMap<string, string>,
): string {
  // Written by hand: an object literal would take "__proto__" for its prototype and sort names such as "0" first.
  const notes = [...(metadata instanceof Map ? metadata : Object.entries(metadata))].sort(([a], [b]) => compare(a, b));
  for (const [key, value] of notes) checkNote(key, value);
  const fields = notes.length === 0 ? [] : [`${json(METADATA_KEY)}:{${notes.map((note) => note.map(json).join(":"))}}`];
  let begin = 0;
  for (const [name, { dtype, shape, data }] of ordered) {
    const end = begin + data.length * LAYOUT[dtype].bytes;
    fields.push(`${json(name)}:{"dtype":"${LAYOUT[dtype].name}","shape":[${shape}],"data_offsets":[${begin},${end}]}`);
    begin = end;
  }
  return `{${fields.join(",")}}`;
}

function checkTensor(name: string, tensor: HostTensor): void {
  if (name === METADATA_KEY) refuse("a tensor's name", `one that the format does not reserve`, quoted(name));
  checkName("a tensor's name", name);
  const what = `tensor ${quoted(name)}`;
  checkHostTensor("encodeSafetensors", what, tensor);
  const { rank } = DEFAULT_SAFETENSORS_LIMITS;
  if (tensor.shape.length > rank)
    refuse(`the shape of ${what}`, `of at most ${rank} axes`, `[${tensor.shape.join(", ")}]`);
  const odd = tensor.dtype === "bool" ? tensor.data.findIndex((flag) => flag > 1) : -1;
  if (odd >= 0) refuse(`element ${odd} of ${what}`, "0 or 1", `${tensor.data[odd]}`);
}

function checkNote(key: string, value: string): void {
  checkName("a key of the metadata", key);
  const what = `the metadata ${quoted(key)}`;
  if (typeof value !== "string") refuse(what, "a string", typeof value);
  if (/\p{Surrogate}/u.test(value)) refuse(what, "well-formed Unicode", "half of a surrogate pair");
}

function checkName(what: string, name: string): void {
  const { nameBytes } = DEFAULT_SAFETENSORS_LIMITS;
  if (/\p{Surrogate}/u.test(name)) refuse(what, "well-formed Unicode", `${quoted(name)}, with half a surrogate pair`);
  const length = new TextEncoder().encode(json(name)).length - 2; // as the reader counts: escapes, without the quotes
  if (length > nameBytes) refuse(what, `at most ${nameBytes} bytes long`, `${length}`);
}

function refuse(what: string, expected: string, received: string, remedy = "Change it before saving."): never {
  throw new ValueError({ where: "encodeSafetensors", what, expected, received, remedy });
}

const json = (text: string): string => JSON.stringify(text);

/** By UTF-16 code unit: the same everywhere, which a locale's order is not. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
