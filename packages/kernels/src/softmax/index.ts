export { crossEntropy, crossEntropyBackward } from "./cross-entropy";
export { nll, nllBackward } from "./nll";
export { reduceLoss } from "./reduce-loss";
export { logSoftmax, logSoftmaxBackward, softmax, softmaxBackward } from "./softmax";
export type { Reduction } from "./targets";
