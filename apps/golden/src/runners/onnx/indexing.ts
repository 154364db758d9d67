import {
  argmax,
  argmin,
  cumSum,
  gather,
  gatherElements,
  gatherND,
  oneHot,
  reverseSequence,
  scatterElements,
  type Tensor,
  tensor,
  topK,
  tril,
  triu,
} from "@unroll/nn";
import { UnsupportedCase } from "../../compare";
import type { OnnxNode, OnnxOperator } from "./node";

const argExtreme =
  (of: typeof argmax): OnnxOperator =>
  (node) => {
    const { attributes } = node;
    attributes.only("axis", "keepdims", "select_last_index");
    const options = {
      keepDims: attributes.flag("keepdims", true),
      last: attributes.flag("select_last_index", false),
    };
    return [of(node.tensor(0), attributes.number("axis", 0), options)];
  };

const cumSumOperator: OnnxOperator = (node) => {
  const { attributes } = node;
  attributes.only("exclusive", "reverse");
  const options = { exclusive: attributes.flag("exclusive", false), reverse: attributes.flag("reverse", false) };
  return [cumSum(node.tensor(0), node.number(1), options)];
};

const alongAxis =
  (of: typeof gather): OnnxOperator =>
  (node) => [of(node.tensor(0), node.tensor(1), node.attributes.only("axis").number("axis", 0))];

const gatherNDOperator: OnnxOperator = (node) => {
  const batchDims = node.attributes.only("batch_dims").number("batch_dims", 0);
  return [gatherND(node.tensor(0), node.tensor(1), { batchDims })];
};

/** Indices and the depth may be written as real numbers, which must be whole. */
const oneHotOperator: OnnxOperator = (node) => {
  const axis = node.attributes.only("axis").number("axis", -1);
  const { dtype } = node.tensor(2);
  const [off = 0, on = 1] = node.input(2).data;
  return [oneHot(wholeIndices(node), node.number(1), { axis, on, off, dtype })];
};

function wholeIndices(node: OnnxNode): Tensor {
  const { data, shape } = node.input(0);
  if (!data.every(Number.isInteger)) throw new UnsupportedCase(`${node.op} of indices that are no whole numbers`);
  return tensor(Int32Array.from(data), { shape });
}

const reverseSequenceOperator: OnnxOperator = (node) => {
  const { attributes } = node;
  attributes.only("batch_axis", "time_axis");
  const options = { batchAxis: attributes.number("batch_axis", 1), timeAxis: attributes.number("time_axis", 0) };
  return [reverseSequence(node.tensor(0), node.tensor(1), options)];
};

const REDUCTIONS = ["none", "add", "mul", "min", "max"] as const;

const scatterElementsOperator: OnnxOperator = (node) => {
  const { attributes } = node;
  attributes.only("axis", "reduction");
  const name = attributes.text("reduction", "none");
  const reduction = REDUCTIONS.find((known) => known === name);
  if (!reduction) throw new UnsupportedCase(`${node.op} with the reduction ${name}`);
  const options = { axis: attributes.number("axis", 0), reduction };
  return [scatterElements(node.tensor(0), node.tensor(1), node.tensor(2), options)];
};

/** Where no order is asked for, what comes sorted will do. */
const topKOperator: OnnxOperator = (node) => {
  const { attributes } = node;
  attributes.only("axis", "largest", "sorted");
  const options = { axis: attributes.number("axis", -1), largest: attributes.flag("largest", true) };
  const { values, indices } = topK(node.tensor(0), node.number(1), options);
  return [values, indices];
};

const trilu: OnnxOperator = (node) => {
  const upper = node.attributes.only("upper").flag("upper", true);
  return [(upper ? triu : tril)(node.tensor(0), node.number(1, 0))];
};

export const indexOperators: Readonly<Record<string, OnnxOperator>> = {
  ArgMax: argExtreme(argmax),
  ArgMin: argExtreme(argmin),
  CumSum: cumSumOperator,
  Gather: alongAxis(gather),
  GatherElements: alongAxis(gatherElements),
  GatherND: gatherNDOperator,
  OneHot: oneHotOperator,
  ReverseSequence: reverseSequenceOperator,
  ScatterElements: scatterElementsOperator,
  TopK: topKOperator,
  Trilu: trilu,
};
