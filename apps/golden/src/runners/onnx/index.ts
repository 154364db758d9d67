import { type Check, UnsupportedCase } from "../../compare";
import type { Fields } from "../../fields";
import { elementwiseOperators } from "./elementwise";
import { indexOperators } from "./indexing";
import { negativeLogLikelihoodLoss, softmaxCrossEntropyLoss } from "./losses";
import { OnnxNode, type OnnxOperator } from "./node";
import {
  groupNormalization,
  instanceNormalization,
  layerNormalization,
  logSoftmaxOperator,
  rmsNormalization,
  softmaxOperator,
} from "./norms";
import { productOperators } from "./products";
import { recurrentOperator } from "./recurrent";
import { signalOperators } from "./signal";

/** Operators of the domain ai.onnx that the packages can express. */
const OPERATORS: ReadonlyMap<string, OnnxOperator> = new Map([
  ...Object.entries(elementwiseOperators),
  ...Object.entries(indexOperators),
  ...Object.entries(productOperators),
  ...Object.entries(signalOperators),
  ["GRU", recurrentOperator("gru")],
  ["GroupNormalization", groupNormalization],
  ["InstanceNormalization", instanceNormalization],
  ["LSTM", recurrentOperator("lstm")],
  ["LayerNormalization", layerNormalization],
  ["LogSoftmax", logSoftmaxOperator],
  ["NegativeLogLikelihoodLoss", negativeLogLikelihoodLoss],
  ["RMSNormalization", rmsNormalization],
  ["RNN", recurrentOperator("rnn")],
  ["Softmax", softmaxOperator],
  ["SoftmaxCrossEntropyLoss", softmaxCrossEntropyLoss],
]);

/** One ONNX operator. */
export async function runOnnx(fields: Fields): Promise<Check[]> {
  const node = new OnnxNode(fields);
  const operator = node.domain === "ai.onnx" ? OPERATORS.get(node.op) : undefined;
  if (!operator) {
    throw new UnsupportedCase(`no operation for ${node.domain === "ai.onnx" ? "" : `${node.domain} `}${node.op}`);
  }
  return node.checks(await operator(node));
}
