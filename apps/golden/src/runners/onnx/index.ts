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
import { trainingOperators } from "./training";

/** Operators of the domain ai.onnx.preview.training: one update from a given state. */
const TRAINING: ReadonlyMap<string, OnnxOperator> = new Map(Object.entries(trainingOperators));

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
  const operators = node.domain === "ai.onnx.preview.training" ? TRAINING : OPERATORS;
  const operator = /^ai\.onnx(\.preview\.training)?$/.test(node.domain) ? operators.get(node.op) : undefined;
  if (!operator) {
    throw new UnsupportedCase(`no operation for ${node.domain === "ai.onnx" ? "" : `${node.domain} `}${node.op}`);
  }
  return node.checks(await operator(node));
}
