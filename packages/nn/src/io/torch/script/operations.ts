import { type ElementwiseOp, UnsupportedError } from "@unroll/kernels";
import { Scalar } from "../../../tensor/scalar";
import { WHERE } from "./modules";

/** Python of an elementwise operation over its arguments, which are names or numbers. */
export const ELEMENTWISE: Partial<Record<ElementwiseOp, (...args: string[]) => string>> = {
  abs: (x) => `torch.abs(${x})`,
  add: (a, b) => `${a} + ${b}`,
  and: (a, b) => `${a} & ${b}`,
  ceil: (x) => `torch.ceil(${x})`,
  clamp: (x, low, high) => `torch.clamp(${x}, ${low}, ${high})`,
  cos: (x) => `torch.cos(${x})`,
  div: (a, b) => `${a} / ${b}`,
  equal: (a, b) => `${a} == ${b}`,
  erf: (x) => `torch.erf(${x})`,
  exp: (x) => `torch.exp(${x})`,
  floor: (x) => `torch.floor(${x})`,
  gelu: (x) => `F.gelu(${x})`,
  greater: (a, b) => `${a} > ${b}`,
  greaterEqual: (a, b) => `${a} >= ${b}`,
  leakyRelu: (x, slope) => `F.leaky_relu(${x}, ${slope})`,
  less: (a, b) => `${a} < ${b}`,
  lessEqual: (a, b) => `${a} <= ${b}`,
  log: (x) => `torch.log(${x})`,
  log1p: (x) => `torch.log1p(${x})`,
  max: (a, b) => bound("max", a, b),
  min: (a, b) => bound("min", a, b),
  mul: (a, b) => `${a} * ${b}`,
  neg: (x) => `-${x}`,
  not: (x) => `~${x}`,
  notEqual: (a, b) => `${a} != ${b}`,
  or: (a, b) => `${a} | ${b}`,
  pow: (a, b) => `${a} ** ${b}`,
  reciprocal: (x) => `torch.reciprocal(${x})`,
  relu: (x) => `torch.relu(${x})`,
  round: (x) => `torch.round(${x})`,
  sigmoid: (x) => `torch.sigmoid(${x})`,
  sign: (x) => `torch.sign(${x})`,
  sin: (x) => `torch.sin(${x})`,
  softplus: (x) => `F.softplus(${x})`,
  sqrt: (x) => `torch.sqrt(${x})`,
  square: (x) => `torch.square(${x})`,
  sub: (a, b) => `${a} - ${b}`,
  tanh: (x) => `torch.tanh(${x})`,
  toBool: (x) => `${x} != 0`,
  toF32: (x) => `${x}.float()`,
  toI32: (x) => `${x}.int()`,
  toU32: (x) => `${x}.long()`,
  where: (condition, a, b) => `torch.where(${condition}, ${a}, ${b})`,
};

const isNumber = (arg: string): boolean => /^[-\d]/.test(arg);

/** maximum and minimum take tensors; a number is a bound. */
function bound(kind: "max" | "min", a: string, b: string): string {
  const side = kind === "max" ? "min" : "max";
  if (isNumber(b)) return `torch.clamp(${a}, ${side}=${b})`;
  if (isNumber(a)) return `torch.clamp(${b}, ${side}=${a})`;
  return `torch.${kind}imum(${a}, ${b})`;
}

/** What an operation is called with: names of its inputs, its attributes, a shape in Python for one of ours. */
export interface PythonCall {
  readonly input: (name: string) => string;
  /** All inputs in their order. */
  readonly inputs: () => readonly string[];
  readonly has: (name: string) => boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** An attribute that depends on the extents of the inputs, in Python. */
  readonly extent: (attribute: string) => string;
  /** The shape of the output, in Python. */
  readonly shape: () => string;
  readonly keepsRank: boolean;
  readonly output: string;
}

const list = (value: unknown): string => (value as readonly number[]).join(", ");
const scalarOf = (value: unknown, otherwise: number): number => (value instanceof Scalar ? value.current : otherwise);

/** What a reduction over `axes` is: all elements where there is none. */
const reduced = (method: string, { input, attributes, keepsRank }: PythonCall): string =>
  `${input("x")}.${method}(dim=[${list(attributes.axes)}], keepdim=${keepsRank ? "True" : "False"})`;

/** Attributes that each operation's Python says, or that its values do not depend on; one with another means something else. */
export const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  argmax: ["axes", "kept", "shape", "mean", "smallest"],
  concat: ["axis", "shapes"],
  dropout: ["p", "seedLow", "seedHigh", "draw"],
  embedding: ["padding"],
  layerNorm: ["epsilon", "axes", "R", "D", "B", "statistics"],
  linear: ["rows", "period"],
  logSoftmax: [],
  matmul: ["Z", "a", "b", "shapes"],
  max: ["axes", "kept", "shape", "mean", "smallest"],
  permute: ["order"],
  reshape: ["shape"],
  slice: ["axis", "start", "end"],
  softmax: [],
  sum: ["axes", "kept", "shape", "mean"],
};

/** Python of the operations that are no elementwise ones, by name. */
export const OPERATIONS: Readonly<Record<string, (call: PythonCall) => string>> = {
  argmax: ({ input, attributes, keepsRank }) =>
    `${input("x")}.${attributes.smallest ? "argmin" : "argmax"}(dim=${list(attributes.axes)}${keepsRank ? ", keepdim=True" : ""})`,
  concat: ({ inputs, attributes }) => `torch.cat((${inputs().join(", ")}), dim=${attributes.axis})`,
  dropout: ({ input, attributes }) => `F.dropout(${input("x")}, ${scalarOf(attributes.p, 0.5)}, self.training)`,
  embedding: ({ input }) => `F.embedding(${input("ids")}, ${input("table")})`,
  layerNorm({ input, has, attributes, output }) {
    if (output !== "y") {
      throw new UnsupportedError({ where: WHERE, what: `the ${output} of layerNorm is not written in Python` });
    }
    const axes = Number(attributes.axes ?? 1);
    const given = ["weight", "bias"].flatMap((name) => (has(name) ? [`${name}=${input(name)}`] : []));
    const rest = [...given, `eps=${scalarOf(attributes.epsilon, 1e-5)}`].join(", ");
    return `F.layer_norm(${input("x")}, ${input("x")}.shape[-${axes}:], ${rest})`;
  },
  linear: ({ input, has }) =>
    `F.linear(${["x", "weight", "bias"].flatMap((name) => (has(name) ? [input(name)] : [])).join(", ")})`,
  logSoftmax: ({ input }) => `torch.log_softmax(${input("x")}, dim=-1)`,
  matmul: ({ input }) => `${input("a")} @ ${input("b")}`,
  max: (call) => reduced(call.attributes.smallest ? "amin" : "amax", call),
  permute: ({ input, attributes }) => `${input("x")}.permute(${list(attributes.order)})`,
  reshape: ({ input, shape }) => `${input("x")}.reshape(${shape()})`,
  slice: ({ input, attributes, extent }) =>
    `${input("x")}[${":, ".repeat(Number(attributes.axis))}${extent("start")}:${extent("end")}]`,
  softmax: ({ input }) => `torch.softmax(${input("x")}, dim=-1)`,
  sum: (call) => reduced(call.attributes.mean ? "mean" : "sum", call),
};
