import type { Module } from "../../modules/module";
import type { Tensor } from "../../tensor/tensor";
import { expectTraced } from "../tracing/expect-traced";
import { formatExtent } from "../tracing/extents";
import { type Traced, type TraceOptions, traceModel } from "../tracing/trace";
import { firstOf, Lowering, WHERE } from "./lowering";
import { encodeModel, type OnnxValue, onnxType } from "./model-proto";
import { INDEXING } from "./ops/indexing";
import { KERNELS, progression } from "./ops/kernels";
import { LAYOUT } from "./ops/layout";
import { lowerLoop } from "./ops/loop";
import { lowerNode } from "./ops/nodes";
import { NORM } from "./ops/norm";
import { PRODUCTS } from "./ops/products";
import { PROJECTED } from "./ops/projected";
import { RECURRENT } from "./ops/recurrent";
import { REDUCE } from "./ops/reduce";
import { STEPS } from "./ops/steps";
import { WINDOWS } from "./ops/windows";

export interface ONNXOptions extends TraceOptions {
  /** The graph's name. */
  readonly name?: string;
  /** Strings to keep in the file. */
  readonly metadata?: Readonly<Record<string, string>>;
}

const OPERATIONS = { ...INDEXING, ...LAYOUT, ...NORM, ...PRODUCTS, ...PROJECTED, ...RECURRENT, ...REDUCE, ...WINDOWS };

/**
 * A model as an ONNX file for serving: opset 17, IR version 8, weights inside. `forward` is recorded, not run, so any
 * composition of this library's operations is exported, recurrent layers as the operators RNN, LSTM and GRU, a `Recurrent`
 * over any cell and a decoder that attends as a Scan over its step, fused attention as the operations that it stands for.
 *
 *     const file = await exportONNX(model, {
 *       inputs: { tokens: { shape: ["batch", "time"], dtype: "i32" }, lengths: { shape: ["batch"], dtype: "u32" } },
 *       forward: ({ tokens, lengths }) => ({ logits: model.forward(tokens, lengths) }),
 *     });
 *
 * An extent given by name is open in the file. Whole numbers, lengths and ids, are int32 there. Dropout is left out.
 * A softmax over nothing but masked elements, as of attention to a row of length 0, gives equal parts there, zeros here.
 * @throws UnsupportedError naming the operation, or its option, that no ONNX operator stands for, and where `forward`
 *   depends on the size of its inputs in a way that the file cannot
 * @throws ShapeError, ValueError if `inputs` are described wrongly
 */
export async function exportONNX(model: Module, options: ONNXOptions): Promise<Uint8Array<ArrayBuffer>> {
  expectTraced(WHERE, options, ["name", "metadata"]);
  const traced = traceModel(WHERE, model, options);
  const parameters = new Map<Tensor, string>(
    [...model.namedParameters()].map(([name, parameter]) => [parameter, name]),
  );
  const lowering = new Lowering(traced, parameters, {
    operations: OPERATIONS,
    kernels: KERNELS,
    loop: lowerLoop,
    node: lowerNode,
    plain: STEPS,
    progression,
  });
  // Outputs have names of their own, taken before any other: one may be an input, or be there twice.
  const named = [...traced.outputs].map(([name, output]) => ({ name: lowering.graph.name(name), output }));
  const outputs = named.map(({ name, output }) => ({
    value: lowering.graph.rename(lowering.value(output), name),
    described: described(lowering, name, output),
  }));
  const { nodes, constants } = await lowering.graph.finish(outputs.map(({ value }) => value));
  return encodeModel({
    name: options.name ?? model.constructor.name,
    nodes,
    constants,
    inputs: [...traced.inputs].map(([name, input]) => described(lowering, name, input)),
    outputs: outputs.map(({ value, described: output }) => ({ ...output, name: value })),
    metadata: options.metadata ?? {},
  });
}

function described(lowering: Lowering, name: string, traced: Traced): OnnxValue {
  const { dtype, shape: first } = firstOf(traced);
  const shape = first.map((_, axis) => {
    const extent = lowering.extentIfKnown(traced.map(({ shape: each }) => each[axis] ?? 0));
    return extent && (extent.names.length === 0 ? extent.offset : formatExtent(extent));
  });
  return { name, type: dtype === "f16" ? lowering.typeOf({ dtype }) : onnxType(dtype), shape };
}
