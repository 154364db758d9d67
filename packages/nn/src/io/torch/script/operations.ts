import { UnsupportedError } from "@unroll/kernels";
import { Scalar } from "../../../tensor/scalar";
import { type Shape, sizeOf } from "../../../tensor/shape";
import { INDEXING } from "./indexing";
import { type Python, type PythonCall, WHERE } from "./python-call";
import { WINDOWS } from "./windows";

const list = (value: unknown): string => (value as readonly number[]).join(", ");
const scalarOf = (value: unknown, otherwise: number): number => (value instanceof Scalar ? value.current : otherwise);

const noOutput = (operation: string, output: string): UnsupportedError =>
  new UnsupportedError({ where: WHERE, what: `the ${output} of ${operation} is not written in Python` });

/** What a reduction over `axes` is: all elements where there is none. */
const reduced = (method: string, { input, attributes, keepsRank }: PythonCall): string =>
  `${input("x")}.${method}(dim=[${list(attributes.axes)}], keepdim=${keepsRank ? "True" : "False"})`;

/** Attributes that each operation's Python says, or that its values do not depend on; one with another means something else. */
export const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  argmax: ["axes", "kept", "shape", "mean", "smallest"],
  concat: ["axis", "shapes"],
  dropout: ["p", "seedLow", "seedHigh", "draw"],
  embedding: ["padding"],
  averagePool: ["channels", "dims", "shape", "padding"],
  batchNorm: ["channels", "dims", "epsilon"],
  conv2d: ["channels", "dims", "shape", "padding"],
  cumSum: ["dims", "exclusive", "reverse"],
  gather: ["dims", "ids", "shape"],
  layerNorm: ["epsilon", "axes", "R", "D", "B", "statistics"],
  linear: ["rows", "period"],
  logSoftmax: [],
  logSumExp: ["axes", "kept", "shape"],
  matmul: ["Z", "a", "b", "shapes"],
  max: ["axes", "kept", "shape", "mean", "smallest"],
  maxPool: ["channels", "dims", "shape", "padding"],
  permute: ["order"],
  prod: ["axes", "kept", "shape"],
  reshape: ["shape"],
  reverseSequence: ["dims", "ids", "shape"],
  rmsNorm: ["epsilon", "R", "D", "B"],
  scatterElements: ["indexing", "reduction", "at"],
  slice: ["axis", "start", "end"],
  softmax: [],
  split: ["axis", "count", "shapes"],
  sum: ["axes", "kept", "shape", "mean"],
  topK: ["K", "smallest"],
};

/** Python of the operations that are no elementwise ones, by name. */
export const OPERATIONS: Readonly<Record<string, Python>> = {
  argmax: ({ input, attributes, keepsRank }) =>
    `${input("x")}.${attributes.smallest ? "argmin" : "argmax"}(dim=${list(attributes.axes)}${keepsRank ? ", keepdim=True" : ""})`,
  ...WINDOWS,
  ...INDEXING,
  batchNorm({ input, has, attributes, tensor, output }) {
    if (output !== "y") throw noOutput("batchNorm", output);
    const given = ["weight", "bias"].flatMap((name) => (has(name) ? [`${name}=${input(name)}`] : []));
    const rest = ["None", "None", ...given, "training=True", `eps=${scalarOf(attributes.epsilon, 1e-5)}`].join(", ");
    const { rank } = tensor("x");
    const isTurned = attributes.channels === "last" && rank > 2;
    const x = isTurned ? `${input("x")}.transpose(1, -1)` : input("x");
    return `F.batch_norm(${x}, ${rest})${isTurned ? ".transpose(1, -1)" : ""}`;
  },
  concat: ({ inputs, attributes }) => `torch.cat((${inputs().join(", ")}), dim=${attributes.axis})`,
  dropout: ({ input, attributes }) => `F.dropout(${input("x")}, ${scalarOf(attributes.p, 0.5)}, self.training)`,
  embedding: ({ input }) => `F.embedding(${input("ids")}, ${input("table")})`,
  layerNorm({ input, has, attributes, output }) {
    if (output !== "y") throw noOutput("layerNorm", output);
    const axes = Number(attributes.axes ?? 1);
    const given = ["weight", "bias"].flatMap((name) => (has(name) ? [`${name}=${input(name)}`] : []));
    const rest = [...given, `eps=${scalarOf(attributes.epsilon, 1e-5)}`].join(", ");
    return `F.layer_norm(${input("x")}, ${input("x")}.shape[-${axes}:], ${rest})`;
  },
  linear: ({ input, has }) =>
    `F.linear(${["x", "weight", "bias"].flatMap((name) => (has(name) ? [input(name)] : [])).join(", ")})`,
  logSoftmax: ({ input }) => `torch.log_softmax(${input("x")}, dim=-1)`,
  logSumExp: ({ input, attributes, keepsRank }) =>
    `torch.logsumexp(${input("x")}, dim=[${list(attributes.axes)}], keepdim=${keepsRank ? "True" : "False"})`,
  matmul: ({ input }) => `${input("a")} @ ${input("b")}`,
  max: (call) => reduced(call.attributes.smallest ? "amin" : "amax", call),
  permute: ({ input, attributes }) => `${input("x")}.permute(${list(attributes.order)})`,
  // torch multiplies along one axis at a time; the last first, so that the others keep their numbers
  prod: ({ input, attributes, keepsRank }) =>
    [...(attributes.axes as readonly number[])]
      .sort((a, b) => b - a)
      .reduce((x, axis) => `${x}.prod(${axis}, keepdim=${keepsRank ? "True" : "False"})`, input("x")),
  reshape: ({ input, shape }) => `${input("x")}.reshape(${shape()})`,
  rmsNorm({ input, has, attributes, tensor }) {
    const { shape } = tensor("x");
    let axes = 1;
    while (axes < shape.length && sizeOf(shape.slice(-axes)) < Number(attributes.D)) axes++;
    const weight = has("weight") ? `weight=${input("weight")}, ` : "";
    return `F.rms_norm(${input("x")}, ${input("x")}.shape[-${axes}:], ${weight}eps=${scalarOf(attributes.epsilon, 2 ** -23)})`;
  },
  slice: ({ input, attributes, extent }) =>
    `${input("x")}[${":, ".repeat(Number(attributes.axis))}${extent("start")}:${extent("end")}]`,
  softmax: ({ input }) => `torch.softmax(${input("x")}, dim=-1)`,
  split({ input, attributes, traces, output }) {
    const { axis, count, shapes } = attributes as { axis: number; count: number; shapes: { part: Shape; out: Shape } };
    if (traces.some((other) => other.count !== count)) {
      throw new UnsupportedError({
        where: WHERE,
        what: `forward takes axis ${axis} apart, whose extent is open`,
        remedy: "Give that axis a fixed extent in inputs.",
      });
    }
    if (shapes.part.length !== shapes.out.length) return `${input("x")}.select(${axis}, ${output})`;
    return `torch.chunk(${input("x")}, ${count}, dim=${axis})[${output}]`;
  },
  sum: (call) => reduced(call.attributes.mean ? "mean" : "sum", call),
};
