export { crossEntropy, crossEntropyBackward, type Reduction } from "./cross-entropy";
export { nll, nllBackward } from "./nll";
export { reduceLoss } from "./reduce-loss";
export { logSoftmax, logSoftmaxBackward, softmax, softmaxBackward } from "./softmax";
