export { additiveAttention, additiveAttentionBackward, additiveQueryGradient, additiveScores } from "./additive";
export { additiveKeyGradients, attentionVectorGradient } from "./additive-gradients";
export { attentionMemoryGradient, attentionScoreGradient } from "./context-gradients";
export { dotAttention, dotAttentionBackward } from "./dot";
export { monotonicAlignment, monotonicAlignmentBackward } from "./monotonic";
