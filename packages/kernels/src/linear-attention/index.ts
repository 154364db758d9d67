export { linearAttentionKeyGradient, linearAttentionQueryGradient, linearAttentionValueGradient } from "./backward";
export { linearAttention, linearAttentionErrors } from "./forward";
export { expectFeatures as expectLinearAttentionFeatures } from "./state";
