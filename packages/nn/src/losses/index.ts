export { type ClassLossOptions, crossEntropy, nllLoss } from "./cross-entropy";
export { type CTCLossOptions, type CTCStates, ctcLoss, ctcStates } from "./ctc";
export type { CTCBatchOptions, CTCTargets } from "./ctc-batch";
export { bceLoss, bceWithLogitsLoss, type LossOptions, mseLoss } from "./elementwise";
