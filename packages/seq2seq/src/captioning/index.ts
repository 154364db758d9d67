export { type AttentionMapOptions, type AttentionMaps, attentionMaps } from "./attention-maps";
export { Captioner, type CaptionLossOptions } from "./captioner";
export {
  ConvolutionalGridEncoder,
  type ConvolutionalGridOptions,
  type GridConvolution,
} from "./convolutional-grid-encoder";
export { FeatureGridEncoder, type FeatureGridOptions } from "./feature-grid-encoder";
export { GridEncoder, type GridOptions, GridPositions } from "./grid-encoder";
export { evenGeometry, type GridGeometry } from "./grid-geometry";
