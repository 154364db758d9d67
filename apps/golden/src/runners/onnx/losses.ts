import { type ClassLossOptions, crossEntropy, logSoftmax, nllLoss, permute, type Tensor } from "@unroll/nn";
import { UnsupportedCase } from "../../compare";
import { i32 } from "../tensors";
import type { OnnxNode, OnnxOperator } from "./node";

/** scores [N, C, d₁, …], labels [N, d₁, …], class weights [C]; the loss, and the logarithm of the softmax. */
export const softmaxCrossEntropyLoss: OnnxOperator = (node) => {
  const scores = node.float(0);
  const loss = crossEntropy(classesLast(scores), i32(node.input(1)), optionsOf(node));
  return [loss, logSoftmax(scores, 1)];
};

/** Logarithms of probabilities [N, C, d₁, …], labels [N, d₁, …], class weights [C]. */
export const negativeLogLikelihoodLoss: OnnxOperator = (node) => {
  return [nllLoss(classesLast(node.float(0)), i32(node.input(1)), optionsOf(node))];
};

/** The class axis moved from place 1 to the end, where our losses have it. */
function classesLast(x: Tensor): Tensor {
  return permute(x, [0, ...Array.from({ length: x.rank - 2 }, (_, d) => d + 2), 1]);
}

function optionsOf(node: OnnxNode): ClassLossOptions {
  const { op, attributes } = node;
  attributes.only("ignore_index", "reduction");
  const reduction = attributes.text("reduction", "mean");
  if (reduction !== "none" && reduction !== "sum" && reduction !== "mean") {
    throw new UnsupportedCase(`reduction ${reduction} of ${op}`);
  }
  const weight = node.optionalFloat(2);
  return {
    reduction,
    ...(weight ? { weight } : {}),
    ...(attributes.has("ignore_index") ? { ignoreIndex: attributes.number("ignore_index") } : {}),
  };
}
