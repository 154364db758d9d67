export { additiveAttention, additiveAttentionBackward, additiveQueryGradient, additiveScores } from "./additive";
export { additiveKeyGradients, attentionVectorGradient } from "./additive-gradients";
export { appendRows, takeRows } from "./append-rows";
export { contextGate, contextGateBackward } from "./context-gate";
export { attentionScoreGradient } from "./context-gradients";
export { dotAttention, dotAttentionBackward } from "./dot";
export { type DotProductOptions, NO_BIAS as NO_ATTENTION_BIAS } from "./dot-product";
export {
  dotProductAttentionKeyGradients,
  dotProductAttentionQueryGradient,
  dotProductAttentionStatistics,
} from "./dot-product-backward";
export { dotProductAttention } from "./dot-product-forward";
export { monotonicAlignment, monotonicAlignmentBackward } from "./monotonic";
export { rotary } from "./rotary";
