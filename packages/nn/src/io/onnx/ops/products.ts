import { firstOf, type Rule } from "../lowering";
import { input } from "./layout";

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

const softmax = (type: string): Rule => ({
  inputs: ["x"],
  attributes: [],
  lower: (call, lowering) => ({ y: lowering.graph.op(type, [lowering.value(input(call, "x"))], { axis: -1 }) }),
});

export const PRODUCTS = {
  linear,
  logSoftmax: softmax("LogSoftmax"),
  matmul,
  softmax: softmax("Softmax"),
};
