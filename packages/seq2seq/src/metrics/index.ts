export { type BleuOptions, corpusBleu, modifiedPrecision, sentenceBleu } from "./bleu";
export type { BleuSmoothing, Precision } from "./bleu-smoothing";
export type { BleuTokenizer } from "./bleu-tokenizers";
export { brevityPenalty, closestReferenceLength } from "./brevity-penalty";
export { type ChrfOptions, chrf } from "./chrf";
export { type ErrorCounts, phonemeErrorRate, wordErrorRate } from "./error-rate";
export { exactMatch } from "./exact-match";
export type { ReferenceOf, Sentence, Symbols } from "./pairs";
export { type RougeOptions, type RougeScore, rougeL } from "./rouge";
export {
  type BleuScore,
  type BleuScoreOptions,
  type BleuStatistics,
  bleuFromStatistics,
  type SacreBleuOptions,
  sacreBleu,
} from "./sacre-bleu";
