export { type Alignment, alignmentSvg, drawAlignment } from "./alignment";
export type { Canvas2D, CanvasOptions } from "./canvas";
export { drawHeadMaps, type HeadMaps, headMapsSvg } from "./heads";
export { drawImageAttention, type ImageAttention, imageAttentionSvg } from "./image-attention";
export type { Theme } from "./scene";
export type { SvgOptions } from "./svg";
export { type UpsampleMethod, type UpsampleOptions, upsampleAttention } from "./upsample";
export type { Weights } from "./weights";
