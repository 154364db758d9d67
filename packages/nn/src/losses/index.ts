export { type ClassLossOptions, crossEntropy, nllLoss } from "./cross-entropy";
export { bceLoss, bceWithLogitsLoss, type LossOptions, mseLoss } from "./elementwise";
