export { appendRows, takeRows } from "./append-rows";
export { type DotProductOptions, NO_BIAS as NO_ATTENTION_BIAS } from "./dot-product";
export {
  dotProductAttentionKeyGradients,
  dotProductAttentionQueryGradient,
  dotProductAttentionStatistics,
} from "./dot-product-backward";
export { dotProductAttention } from "./dot-product-forward";
export { rotary } from "./rotary";
