import { float32BitsOfHalf, UnsupportedError } from "@unroll/kernels";
import { FileFormatError } from "../errors";
import { elementCount, type HostTensor } from "../host-tensor";
import { quoted } from "../quoted";
import { floatOf, type ProtoField, ProtoReader, signed } from "./proto-reader";

/** An attribute of a node, of whichever kind it is. */
export interface ReadAttribute {
  readonly int?: number;
  readonly float?: number;
  readonly text?: string;
  readonly floats: readonly number[];
  readonly texts: readonly string[];
}

export interface ReadNode {
  readonly type: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly attributes: ReadonlyMap<string, ReadAttribute>;
}

export interface ReadGraph {
  readonly nodes: readonly ReadNode[];
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

const WHERE = "readONNX";
/** What claims more than this is refused before it is walked. */
const MOST_NODES = 1_000_000;
const MOST_AXES = 8;

const text = ({ bytes }: ProtoField): string => new TextDecoder().decode(bytes);

/** The nodes and constants of a model; field numbers are those of onnx.proto. Unknown fields are passed over. */
export function readGraph(file: Uint8Array): ReadGraph {
  const nodes: ReadNode[] = [];
  const tensors = new Map<string, HostTensor>();
  const model = new ProtoReader(WHERE, file);
  for (const outer of model.fields("the model")) {
    if (outer.field !== 7) continue;
    const graph = model.inside(outer);
    for (const field of graph.fields("the graph")) {
      if (nodes.length + tensors.size > MOST_NODES)
        fail("the graph", field, `of at most ${MOST_NODES} parts`, "of more");
      if (field.field === 1) nodes.push(readNode(graph.inside(field)));
      if (field.field !== 5) continue;
      const { name, tensor } = readTensor(graph.inside(field), field);
      if (tensors.has(name)) fail(`the constant ${quoted(name)}`, field, "there once", "there twice");
      tensors.set(name, tensor);
    }
  }
  return { nodes, tensors };
}

function readNode(reader: ProtoReader): ReadNode {
  const [inputs, attributes] = [[] as string[], new Map<string, ReadAttribute>()];
  let [type, name] = ["", ""];
  for (const field of reader.fields("a node")) {
    if (field.field === 1) inputs.push(text(field));
    else if (field.field === 3) name = text(field);
    else if (field.field === 4) type = text(field);
    else if (field.field === 5) {
      const read = readAttribute(reader.inside(field));
      attributes.set(read.name, read.attribute);
    }
  }
  return { type, name, inputs, attributes };
}

function readAttribute(reader: ProtoReader): { name: string; attribute: ReadAttribute } {
  let name = "";
  const one: { int?: number; float?: number; text?: string } = {};
  const floats: number[] = [];
  const texts: string[] = [];
  for (const field of reader.fields("an attribute")) {
    if (field.field === 1) name = text(field);
    else if (field.field === 2) one.float = floatOf(field.bits);
    else if (field.field === 3) one.int = signed(field.bits);
    else if (field.field === 4) one.text = text(field);
    else if (field.field === 7) append(floats, floatsIn(field));
    else if (field.field === 9) texts.push(text(field));
  }
  return { name, attribute: { ...one, floats, texts } };
}

/** One by one: as arguments of a call, more than some ten thousands overflow the stack. */
function append(list: number[], values: readonly number[]): void {
  for (const value of values) list.push(value);
}

/** A repeated float: one by itself, or many in a run of bytes. */
function floatsIn({ bytes, bits }: ProtoField): number[] {
  return bytes.length === 0
    ? [floatOf(bits)]
    : Array.from({ length: bytes.length >> 2 }, (_, at) => floatAt(bytes, at));
}

function doublesIn({ bytes, bits }: ProtoField): number[] {
  const view = bytes.length === 0 ? new DataView(BigUint64Array.of(bits).buffer) : viewOf(bytes);
  return Array.from({ length: view.byteLength >> 3 }, (_, at) => view.getFloat64(8 * at, true));
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const floatAt = (bytes: Uint8Array, at: number): number => viewOf(bytes).getFloat32(4 * at, true);

/** A whole number of 64 bits in 32: those beyond, as "up to the end" is written in slices, are the last that there is. */
const clamped = (value: number): number => Math.min(Math.max(value, -(2 ** 31)), 2 ** 31 - 1);

/** ONNX's number of half precision. */
const FLOAT16 = 10;
const floatOfHalf = (bits: number): number => floatOf(BigInt(float32BitsOfHalf(bits)));

/** TensorProto.DataType: bytes of an element in `raw_data`, and what it becomes. */
const TYPES: Readonly<
  Record<number, { width: number; dtype: "f32" | "i32"; at: (view: DataView, at: number) => number }>
> = {
  1: { width: 4, dtype: "f32", at: (view, at) => view.getFloat32(at, true) },
  6: { width: 4, dtype: "i32", at: (view, at) => view.getInt32(at, true) },
  7: { width: 8, dtype: "i32", at: (view, at) => Number(view.getBigInt64(at, true)) },
  9: { width: 1, dtype: "i32", at: (view, at) => view.getUint8(at) },
  [FLOAT16]: { width: 2, dtype: "f32", at: (view, at) => floatOfHalf(view.getUint16(at, true)) },
  11: { width: 8, dtype: "f32", at: (view, at) => view.getFloat64(at, true) },
};

function readTensor(reader: ProtoReader, whole: ProtoField): { name: string; tensor: HostTensor } {
  let [name, type] = ["", 0];
  const dims: number[] = [];
  const typed: number[] = [];
  let raw: Uint8Array | undefined;
  let isExternal = false;
  for (const field of reader.fields("a constant")) {
    if (field.field === 1) append(dims, wholeIn(reader, field));
    else if (field.field === 2) type = signed(field.bits);
    else if (field.field === 4) append(typed, floatsIn(field));
    else if (field.field === 5 || field.field === 7) append(typed, wholeIn(reader, field));
    else if (field.field === 10) append(typed, doublesIn(field));
    else if (field.field === 8) name = text(field);
    else if (field.field === 9) raw = field.bytes;
    else if (field.field === 13 || (field.field === 14 && field.bits === 1n)) isExternal = true;
  }
  const what = `the constant ${quoted(name)}`;
  const rule = TYPES[type];
  if (isExternal || !rule) {
    throw new UnsupportedError({
      where: WHERE,
      what: isExternal ? `${what} lies in a file of its own` : `${what} is of the ONNX data type ${type}`,
      remedy: isExternal
        ? "Save the model with its weights inside."
        : "Read are float, float16, double, int32, int64 and bool.",
    });
  }
  const isShape = dims.length <= MOST_AXES && dims.every((extent) => Number.isSafeInteger(extent) && extent >= 0);
  if (!isShape)
    fail(`the shape of ${what}`, whole, `at most ${MOST_AXES} whole numbers of at least 0`, `[${dims.join(", ")}]`);
  const count = elementCount(dims);
  const found = raw ? raw.length / rule.width : typed.length;
  if (found !== count) fail(what, whole, `of ${count} elements, as its shape says,`, `of ${found}`);
  const values = raw
    ? Array.from({ length: count }, (_, at) => rule.at(viewOf(raw), at * rule.width))
    : type === FLOAT16
      ? typed.map(floatOfHalf) // kept as whole numbers, their 16 bits
      : typed;
  const data = rule.dtype === "f32" ? Float32Array.from(values) : Int32Array.from(values, clamped);
  return { name, tensor: { dtype: rule.dtype, shape: dims, data } };
}

/** A repeated whole number: one by itself, or many in a run of bytes. */
function wholeIn(reader: ProtoReader, field: ProtoField): number[] {
  if (field.bytes.length === 0) return [signed(field.bits)];
  const inner = reader.inside(field);
  const values: number[] = [];
  while (!inner.done) values.push(signed(inner.varint("a list of whole numbers")));
  return values;
}

function fail(field: string, { offset }: ProtoField, expected: string, received: string): never {
  const remedy = "The file is damaged; fetch or write it again.";
  throw new FileFormatError({ where: WHERE, field, offset, expected, received, remedy });
}
