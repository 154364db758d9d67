import type { ElementwiseOp } from "@unroll/kernels";
import type { OnnxGraph, Value } from "../graph";
import { ONNX_TYPES } from "../model-proto";

/** Writes an operation over values; `numbers` are those of them that are numbers, undefined at the others' places. */
type Compose = (graph: OnnxGraph, args: readonly Value[], numbers: readonly (number | undefined)[]) => Value;

const half = (graph: OnnxGraph, x: Value): Value => graph.op("Mul", [x, graph.number("float", 0.5)]);
const oneMore = (graph: OnnxGraph, x: Value): Value => graph.op("Add", [x, graph.number("float", 1)]);
const oneLess = (graph: OnnxGraph, x: Value): Value => graph.op("Sub", [x, graph.number("float", 1)]);
const isPositive = (graph: OnnxGraph, x: Value): Value => graph.op("Greater", [x, graph.number("float", 0)]);

/** Elementwise operations that take several operators, or one with numbers of its own. */
export const COMPOSED: Partial<Record<ElementwiseOp, Compose>> = {
  identity: (_, [x = ""]) => x,
  square: (graph, [x = ""]) => graph.op("Mul", [x, x]),
  notEqual: (graph, args) => graph.op("Not", [graph.op("Equal", args)]),
  isFinite: (graph, [x = ""]) => graph.op("Not", [graph.op("Or", [graph.op("IsNaN", [x]), graph.op("IsInf", [x])])]),
  log1p: (graph, [x = ""]) => graph.op("Log", [oneMore(graph, x)]),
  expm1: (graph, [x = ""]) => oneLess(graph, graph.op("Exp", [x])),
  // x·Φ(x) = x/2·(1 + erf(x/√2)); Gelu itself came with opset 20
  gelu: (graph, [x = ""]) => {
    const erf = graph.op("Erf", [graph.op("Mul", [x, graph.number("float", Math.SQRT1_2)])]);
    return half(graph, graph.op("Mul", [x, oneMore(graph, erf)]));
  },
  // x/2·(1 + tanh(√(2/π)·x·(1 + 0.044715·x²)))
  geluTanh: (graph, [x = ""]) => {
    const cubic = oneMore(graph, graph.op("Mul", [graph.op("Mul", [x, x]), graph.number("float", 0.044715)]));
    const inner = graph.op("Mul", [graph.op("Mul", [x, graph.number("float", Math.sqrt(2 / Math.PI))]), cubic]);
    return half(graph, graph.op("Mul", [x, oneMore(graph, graph.op("Tanh", [inner]))]));
  },
  leakyRelu: (graph, [x = "", slope = ""], [, number]) =>
    number === undefined
      ? graph.op("Where", [isPositive(graph, x), x, graph.op("Mul", [x, slope])])
      : graph.op("LeakyRelu", [x], { alpha: { float: number } }),
  elu: (graph, [x = "", alpha = ""], [, number]) => {
    if (number !== undefined) return graph.op("Elu", [x], { alpha: { float: number } });
    const below = oneLess(graph, graph.op("Exp", [graph.op("Min", [x, graph.number("float", 0)])]));
    return graph.op("Where", [isPositive(graph, x), x, graph.op("Mul", [alpha, below])]);
  },
  hardSigmoid: (graph, [x = "", alpha = "", beta = ""], [, a, b]) => {
    if (a !== undefined && b !== undefined) {
      return graph.op("HardSigmoid", [x], { alpha: { float: a }, beta: { float: b } });
    }
    const line = graph.op("Add", [graph.op("Mul", [alpha, x]), beta]);
    return graph.op("Clip", [line, graph.number("float", 0), graph.number("float", 1)]);
  },
  // Mish itself came with opset 18
  mish: (graph, [x = ""]) => graph.op("Mul", [x, graph.op("Tanh", [graph.op("Softplus", [x])])]),
  swish: (graph, [x = "", beta = ""], [, number]) => {
    const scaled = number === 1 ? x : graph.op("Mul", [beta, x]);
    return graph.op("Mul", [x, graph.op("Sigmoid", [scaled])]);
  },
  thresholdedRelu: (graph, [x = "", theta = ""], [, number]) =>
    number === undefined
      ? graph.op("Where", [graph.op("Greater", [x, theta]), x, graph.number("float", 0)])
      : graph.op("ThresholdedRelu", [x], { alpha: { float: number } }),
  toF32: (graph, [x = ""]) => graph.op("Cast", [x], { to: ONNX_TYPES.float }),
  toI32: (graph, [x = ""]) => graph.op("Cast", [x], { to: ONNX_TYPES.int32 }),
  toU32: (graph, [x = ""]) => graph.op("Cast", [x], { to: ONNX_TYPES.int32 }),
  toBool: (graph, [x = ""]) => graph.op("Cast", [x], { to: ONNX_TYPES.bool }),
};
