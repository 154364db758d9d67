import { Scalar } from "../../../tensor/scalar";
import { sizeOf } from "../../../tensor/shape";
import { firstOf, type Rule } from "../lowering";
import { input, numbers } from "./layout";

/** y = x·Wᵀ + b */
const linear: Rule = {
  inputs: ["x", "weight", "bias"],
  attributes: [],
  ignores: ["steps", "rows", "period"],
  lower(call, lowering) {
    const { graph } = lowering;
    const [x, weight] = ["x", "weight"].map((name) => lowering.value(input(call, name))) as [string, string];
    const bias = call.inputs.get("bias");
    lowering.typeOf(firstOf(input(call, "x")));
    if (firstOf(input(call, "x")).rank === 2) {
      const inputs = bias ? [x, weight, lowering.value(bias)] : [x, weight];
      return { y: graph.op("Gemm", inputs, { transB: 1 }) };
    }
    const product = graph.op("MatMul", [x, graph.op("Transpose", [weight], { perm: [1, 0] })]);
    return { y: bias ? graph.op("Add", [product, lowering.value(bias)]) : product };
  },
};

const matmul: Rule = {
  inputs: ["a", "b"],
  attributes: [],
  ignores: ["Z", "a", "b", "shapes"],
  lower: (call, lowering) => ({
    c: lowering.graph.op(
      "MatMul",
      ["a", "b"].map((name) => lowering.value(input(call, name))),
    ),
  }),
};

const embedding: Rule = {
  inputs: ["table", "ids"],
  attributes: [],
  ignores: ["padding"], // concerns the gradient alone
  lower: (call, lowering) => ({
    rows: lowering.graph.op(
      "Gather",
      ["table", "ids"].map((name) => lowering.value(input(call, name))),
      { axis: 0 },
    ),
  }),
};

const softmax = (type: string): Rule => ({
  inputs: ["x"],
  attributes: [],
  lower: (call, lowering) => ({ y: lowering.graph.op(type, [lowering.value(input(call, "x"))], { axis: -1 }) }),
});

const layerNorm: Rule = {
  inputs: ["x", "weight", "bias"],
  attributes: ["axes", "epsilon"],
  ignores: ["R", "D", "B", "statistics"],
  lower(call, lowering) {
    const { graph } = lowering;
    const x = input(call, "x");
    const { shape, rank } = firstOf(x);
    const first = rank - (numbers(call, "axes")[0] ?? 1);
    const weight = call.inputs.get("weight");
    const bias = call.inputs.get("bias");
    const normalised = shape.slice(first);
    const scale = weight
      ? lowering.value(weight)
      : graph.constant("ones", "float", normalised, () => new Float32Array(sizeOf(normalised)).fill(1));
    const epsilon = call.attributes[0]?.epsilon;
    const inputs = [lowering.value(x), scale, ...(bias ? [lowering.value(bias)] : [])];
    const attributes = { axis: first - rank, epsilon: { float: epsilon instanceof Scalar ? epsilon.current : 1e-5 } };
    return { y: graph.op("LayerNormalization", inputs, attributes) };
  },
};

export const PRODUCTS = {
  embedding,
  layerNorm,
  linear,
  logSoftmax: softmax("LogSoftmax"),
  matmul,
  softmax: softmax("Softmax"),
};
