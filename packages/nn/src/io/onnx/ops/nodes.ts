import { broadcastShapes, type ElementwiseOp, UnsupportedError } from "@unroll/kernels";
import { type Argument, type ElementwiseNode, isTensor, scalarTypeOf, type ViewNode } from "../../../graph/node";
import { type Shape, sameShape } from "../../../tensor/shape";
import type { Tensor } from "../../../tensor/tensor";
import type { Traced } from "../../tracing/trace";
import type { Value } from "../graph";
import { argument, firstOf, type Lowering, WHERE } from "../lowering";
import { onnxType } from "../model-proto";
import { COMPOSED } from "./composed";
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
  hardSwish: "HardSwish",
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
  softsign: "Softsign",
  sqrt: "Sqrt",
  sub: "Sub",
  tanh: "Tanh",
  where: "Where",
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
  const numbers = args.map((arg, index) =>
    isTensor(arg) ? undefined : lowering.alike.number(traced.map((each) => argumentOf(each, index))),
  );
  const values = numbers.map((number, index) =>
    number === undefined ? lowering.value(argument(traced, index)) : graph.number(type, number),
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
  const made = compose ? compose(graph, values, numbers) : graph.op(operator ?? "", values);
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
