export { cosineEmbeddingLoss, cosineSimilarity } from "./cosine-embedding";
export { type ClassLossOptions, crossEntropy, nllLoss } from "./cross-entropy";
export { type BceWithLogitsOptions, bceLoss, bceWithLogitsLoss, mseLoss } from "./elementwise";
export { type BinaryFocalLossOptions, binaryFocalLoss, type FocalLossOptions, focalLoss } from "./focal";
export { hingeLoss } from "./hinge";
export { type KlDivOptions, klDivLoss } from "./kl-divergence";
export { bitsPerCharacter, perplexity } from "./perplexity";
export type { LossOptions } from "./reduction";
export { huberLoss, maeLoss, smoothL1Loss } from "./regression";
