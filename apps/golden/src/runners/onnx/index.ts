import { type Check, UnsupportedCase } from "../../compare";
import type { Fields } from "../../fields";
import { attnLstm } from "../attention/attn-lstm";
import { onnxAttention } from "../attention/onnx-attention";
import { onnxLinearAttention } from "../attention/onnx-linear-attention";
import { onnxRotary } from "../attention/onnx-rotary";
import { ortAttention } from "../attention/ort-attention";
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
  ["LinearAttention", onnxLinearAttention],
  ["LogSoftmax", logSoftmaxOperator],
  ["NegativeLogLikelihoodLoss", negativeLogLikelihoodLoss],
  ["RMSNormalization", rmsNormalization],
  ["RNN", recurrentOperator("rnn")],
  ["RotaryEmbedding", onnxRotary],
  ["Softmax", softmaxOperator],
  ["SoftmaxCrossEntropyLoss", softmaxCrossEntropyLoss],
]);

/** Operators of ONNX Runtime's own domain. */
const CONTRIB: ReadonlyMap<string, OnnxOperator> = new Map([
  ["Attention", ortAttention],
  ["AttnLSTM", attnLstm],
]);

const DOMAINS: Readonly<Record<string, ReadonlyMap<string, OnnxOperator>>> = {
  "ai.onnx": OPERATORS,
  "ai.onnx.preview.training": TRAINING,
  "com.microsoft": CONTRIB,
};

/** One ONNX operator. */
export async function runOnnx(fields: Fields): Promise<Check[]> {
  const node = new OnnxNode(fields);
  if (node.domain === "ai.onnx" && node.op === "Attention") return onnxAttention(node);
  const operator = DOMAINS[node.domain]?.get(node.op);
  if (!operator) {
    throw new UnsupportedCase(`no operation for ${node.domain === "ai.onnx" ? "" : `${node.domain} `}${node.op}`);
  }
  return node.checks(await operator(node));
}
