import { ValueError } from "@unroll/kernels";
import type { DType, HostData } from "../../tensor/dtype";
import { ProtoWriter } from "./protobuf";

/** Field numbers and enumerations are those of onnx.proto (onnx/onnx, IR version 8). */
const IR_VERSION = 8;
/** LayerNormalization came with 17; the axes of ReduceMean and ReduceMax are still attributes. */
export const OPSET = 17;

/** Element types of ONNX tensors, by the numbers of TensorProto.DataType. */
export const ONNX_TYPES = { float: 1, int32: 6, int64: 7, bool: 9 } as const;
export type OnnxType = keyof typeof ONNX_TYPES;

/** What a tensor of ours is in the file: u32 counts and classes become int32, which is what its operators read. */
export function onnxType(dtype: Exclude<DType, "f16">): OnnxType {
  return dtype === "f32" ? "float" : dtype === "bool" ? "bool" : "int32";
}

export type Attribute =
  | number
  | string
  | readonly number[]
  | readonly string[]
  | { readonly float: number | readonly number[] }
  | { readonly body: OnnxBody };

/** A graph inside an operator; it reads values of the graph around it by name. */
export interface OnnxBody {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

export interface OnnxNode {
  readonly type: string;
  readonly name: string;
  /** "" where an optional one is absent. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Numbers are int64 unless wrapped as `{ float }`. */
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface OnnxConstant {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly number[];
  readonly values: HostData | readonly number[];
}

/** An input or output; an extent with a name is only known when the model runs, null stands for one without. */
export interface OnnxValue {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly (number | string | null)[];
}

export interface OnnxModel extends OnnxBody {
  readonly constants: readonly OnnxConstant[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** A whole ModelProto. */
export function encodeModel(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const graph = graphProto(model, model.constants);
  const proto = new ProtoWriter()
    .int(1, IR_VERSION)
    .text(2, "unroll")
    .message(7, graph)
    .message(8, new ProtoWriter().text(1, "").int(2, OPSET));
  for (const [key, value] of Object.entries(model.metadata)) {
    proto.message(14, new ProtoWriter().text(1, key).text(2, value));
  }
  return proto.finish();
}

function graphProto({ name, nodes, inputs, outputs }: OnnxBody, constants: readonly OnnxConstant[]): ProtoWriter {
  const graph = new ProtoWriter();
  for (const node of nodes) graph.message(1, nodeProto(node));
  graph.text(2, name);
  for (const constant of constants) graph.message(5, tensorProto(constant));
  for (const input of inputs) graph.message(11, valueProto(input));
  for (const output of outputs) graph.message(12, valueProto(output));
  return graph;
}

function nodeProto({ inputs, outputs, name, type, attributes }: OnnxNode): ProtoWriter {
  const node = new ProtoWriter();
  for (const input of inputs) node.text(1, input);
  for (const output of outputs) node.text(2, output);
  node.text(3, name).text(4, type);
  for (const [key, value] of Object.entries(attributes)) node.message(5, attributeProto(key, value));
  return node;
}

function attributeProto(name: string, value: Attribute): ProtoWriter {
  const proto = new ProtoWriter().text(1, name);
  const encoder = new TextEncoder();
  if (typeof value === "number") return proto.int(3, value).int(20, 2);
  if (typeof value === "string") return proto.bytes(4, encoder.encode(value)).int(20, 3);
  if ("body" in value) return proto.message(6, graphProto(value.body, [])).int(20, 5);
  if ("float" in value) {
    const { float } = value;
    if (typeof float === "number") return proto.float(2, float).int(20, 1);
    for (const each of float) proto.float(7, each);
    return proto.int(20, 6);
  }
  for (const each of value) {
    if (typeof each === "number") proto.int(8, each);
    else proto.bytes(9, encoder.encode(each));
  }
  return proto.int(20, value.some((each) => typeof each === "string") ? 8 : 7);
}

function tensorProto({ name, type, shape, values }: OnnxConstant): ProtoWriter {
  const proto = new ProtoWriter();
  for (const extent of shape) proto.int(1, extent);
  return proto
    .int(2, ONNX_TYPES[type])
    .text(8, name)
    .bytes(9, rawData(name, type, values));
}

/** Little-endian, as the format prescribes and typed arrays are wherever WebGPU is. */
function rawData(name: string, type: OnnxType, values: HostData | readonly number[]): Uint8Array {
  if (type === "float") return bytesOf(values instanceof Float32Array ? values : Float32Array.from(values));
  if (type === "bool") return Uint8Array.from(values);
  if (type === "int64") return bytesOf(BigInt64Array.from(Array.from(values, BigInt)));
  const most = 2 ** 31 - 1;
  for (const [index, value] of values.entries()) {
    if (value <= most) continue;
    const what = `element ${index} of ${name}`;
    throw new ValueError({
      where: "exportONNX",
      what,
      expected: `at most ${most}, as int32 has`,
      received: `${value}`,
    });
  }
  return bytesOf(Int32Array.from(values));
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function valueProto({ name, type, shape }: OnnxValue): ProtoWriter {
  const dims = new ProtoWriter();
  for (const extent of shape) {
    const dim = new ProtoWriter();
    if (typeof extent === "number") dim.int(1, extent);
    else if (extent !== null) dim.text(2, extent);
    dims.message(1, dim);
  }
  const tensor = new ProtoWriter().int(1, ONNX_TYPES[type]).message(2, dims);
  return new ProtoWriter().text(1, name).message(2, new ProtoWriter().message(1, tensor));
}
