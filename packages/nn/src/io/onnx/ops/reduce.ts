import type { Rule } from "../lowering";
import { ONNX_TYPES } from "../model-proto";
import { input, keepsRank, list } from "./layout";

const ATTRIBUTES = {
  inputs: ["x"],
  attributes: ["axes", "mean", "smallest", "last"],
  ignores: ["kept", "shape"],
} as const;

const sum: Rule = {
  ...ATTRIBUTES,
  lower(call, lowering) {
    const { graph } = lowering;
    const axes = list(call, "axes");
    const x = lowering.value(input(call, "x"));
    if (axes.length === 0) return { out: x };
    const keepdims = Number(keepsRank(call, "out"));
    // The axes of ReduceSum are an input since opset 13, those of ReduceMean since 18.
    return {
      out: call.attributes[0]?.mean
        ? graph.op("ReduceMean", [x], { axes, keepdims })
        : graph.op("ReduceSum", [x, graph.ints(axes)], { keepdims }),
    };
  },
};

/** Reductions whose operators have but axes. */
const plain = (type: string): Rule => ({
  ...ATTRIBUTES,
  lower(call, lowering) {
    const axes = list(call, "axes");
    const x = lowering.value(input(call, "x"));
    if (axes.length === 0) return { y: x };
    return { y: lowering.graph.op(type, [x], { axes, keepdims: Number(keepsRank(call, "y")) }) };
  },
});

const max: Rule = {
  ...ATTRIBUTES,
  lower(call, lowering) {
    const axes = list(call, "axes");
    const x = lowering.value(input(call, "x"));
    if (axes.length === 0) return { out: x };
    return {
      out: lowering.graph.op(call.attributes[0]?.smallest ? "ReduceMin" : "ReduceMax", [x], {
        axes,
        keepdims: Number(keepsRank(call, "out")),
      }),
    };
  },
};

/** The first of the largest or smallest, as both count, unless the last is asked for. */
const argmax: Rule = {
  ...ATTRIBUTES,
  lower(call, lowering) {
    const { graph } = lowering;
    const { smallest, last } = call.attributes[0] ?? {};
    const axis = list(call, "axes")[0] ?? 0;
    const keepdims = Number(keepsRank(call, "index"));
    const attributes = { axis, keepdims, select_last_index: Number(last === true) };
    const index = graph.op(smallest ? "ArgMin" : "ArgMax", [lowering.value(input(call, "x"))], attributes);
    return { index: graph.op("Cast", [index], { to: ONNX_TYPES.int32 }) };
  },
};

export const REDUCE = {
  argmax,
  logSumExp: plain("ReduceLogSumExp"),
  max,
  prod: plain("ReduceProd"),
  sum,
};
