import { broadcastShapes, type ElementwiseOp, UnsupportedError } from "@unroll/kernels";
import { type Argument, type ElementwiseNode, isTensor, scalarTypeOf, type ViewNode } from "../../../graph/node";
import { type Shape, sameShape } from "../../../tensor/shape";
import type { Tensor } from "../../../tensor/tensor";
import type { Traced } from "../../tracing/trace";
import type { Value } from "../graph";
import { argument, firstOf, type Lowering, WHERE } from "../lowering";
import { ONNX_TYPES, onnxType } from "../model-proto";
import { reshaped } from "./layout";

/** Operators that mean by their arguments what the elementwise operation does. */
const OPERATORS: Partial<Record<ElementwiseOp, string>> = {
  abs: "Abs",
  add: "Add",
  and: "And",
  ceil: "Ceil",
  clamp: "Clip",
  cos: "Cos",
  div: "Div",
  equal: "Equal",
  erf: "Erf",
  exp: "Exp",
  floor: "Floor",
  greater: "Greater",
  greaterEqual: "GreaterOrEqual",
  less: "Less",
  lessEqual: "LessOrEqual",
  log: "Log",
  max: "Max",
  min: "Min",
  mul: "Mul",
  neg: "Neg",
  not: "Not",
  or: "Or",
  pow: "Pow",
  reciprocal: "Reciprocal",
  relu: "Relu",
  round: "Round",
  sigmoid: "Sigmoid",
  sign: "Sign",
  sin: "Sin",
  softplus: "Softplus",
  sqrt: "Sqrt",
  sub: "Sub",
  tanh: "Tanh",
  where: "Where",
};

type Say = (lowering: Lowering, args: readonly Value[]) => Value;

/** Those that take several operators. */
const COMPOSED: Partial<Record<ElementwiseOp, Say>> = {
  identity: (_, [x = ""]) => x,
  square: ({ graph }, [x = ""]) => graph.op("Mul", [x, x]),
  notEqual: ({ graph }, args) => graph.op("Not", [graph.op("Equal", args)]),
  log1p: ({ graph }, [x = ""]) => graph.op("Log", [graph.op("Add", [x, graph.number("float", 1)])]),
  // x·Φ(x) = x/2·(1 + erf(x/√2)); Gelu itself came with opset 20
  gelu: ({ graph }, [x = ""]) => {
    const erf = graph.op("Erf", [graph.op("Mul", [x, graph.number("float", Math.SQRT1_2)])]);
    const twice = graph.op("Mul", [x, graph.op("Add", [erf, graph.number("float", 1)])]);
    return graph.op("Mul", [twice, graph.number("float", 0.5)]);
  },
  leakyRelu: ({ graph }, [x = "", slope = ""]) =>
    graph.op("Where", [graph.op("Greater", [x, graph.number("float", 0)]), x, graph.op("Mul", [x, slope])]),
  toF32: ({ graph }, [x = ""]) => graph.op("Cast", [x], { to: ONNX_TYPES.float }),
  toI32: ({ graph }, [x = ""]) => graph.op("Cast", [x], { to: ONNX_TYPES.int32 }),
  toU32: ({ graph }, [x = ""]) => graph.op("Cast", [x], { to: ONNX_TYPES.int32 }),
  toBool: ({ graph }, [x = ""]) => graph.op("Cast", [x], { to: ONNX_TYPES.bool }),
};

/** The value of an elementwise node or of a view. */
export function lowerNode(traced: Traced, lowering: Lowering): Value {
  const { node } = firstOf(traced);
  if (node.kind === "view") return lowerView(traced, node, lowering);
  if (node.kind === "elementwise") return lowerElementwise(traced, node, lowering);
  throw new RangeError(`lowerNode: a node of kind ${node.kind}`);
}

function lowerElementwise(traced: Traced, node: ElementwiseNode, lowering: Lowering): Value {
  const { graph } = lowering;
  const { op, args } = node;
  const type = onnxType(scalarTypeOf(args));
  const values = args.map((arg, index) =>
    isTensor(arg)
      ? lowering.value(argument(traced, index))
      : graph.number(type, lowering.alike.number(traced.map((each) => argumentOf(each, index)))),
  );
  lowering.typeOf(firstOf(traced));
  const operator = OPERATORS[op];
  const compose = COMPOSED[op];
  if (!operator && !compose) {
    throw new UnsupportedError({
      where: WHERE,
      what: `the elementwise operation ${op} has no counterpart among the ONNX operators that this exporter writes`,
      remedy: "Export the model up to it with forward.",
    });
  }
  const made = compose ? compose(lowering, values) : graph.op(operator ?? "", values);
  const { shape } = firstOf(traced);
  return sameShape(commonShape(op, args), shape)
    ? made
    : graph.op("Expand", [made, lowering.shapeValue(lowering.extents(traced))]);
}

const argumentOf = ({ node }: Tensor, index: number): Argument | undefined =>
  node.kind === "elementwise" ? node.args[index] : undefined;

function commonShape(op: ElementwiseOp, args: readonly Argument[]): Shape {
  return args.reduce<Shape>((shape, arg) => (isTensor(arg) ? broadcastShapes(shape, arg.shape, op) : shape), []);
}

/** What was cut off from its gradients is the same value; another shape of all of it is a Reshape. */
function lowerView(traced: Traced, { input, start }: ViewNode, lowering: Lowering): Value {
  const source = traced.map(({ node }, index) => (node.kind === "view" ? node.input : (traced[index] ?? input)));
  const { shape, size } = firstOf(traced);
  if (start === 0 && size === input.size) {
    return sameShape(shape, input.shape) ? lowering.value(source) : reshaped(source, traced, lowering);
  }
  throw new UnsupportedError({
    where: WHERE,
    what: "a part of a tensor's memory, taken with view,",
    remedy: "Take the part with slice.",
  });
}
