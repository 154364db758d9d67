export { ConvolutionalFront, type ConvolutionalFrontOptions } from "./convolutional-front";
export { type Encoded, type EncodedSizes, type EncodeOptions, Encoder } from "./encoder";
export type { EncoderLayerOptions } from "./layer-options";
export type { CellName } from "./layer-states";
export { PyramidalEncoder, type PyramidalEncoderOptions } from "./pyramidal-encoder";
export { RecurrentEncoder, type RecurrentEncoderOptions } from "./recurrent-encoder";
export {
  SelfAttentionEncoder,
  type SelfAttentionEncoderOptions,
  type SelfAttentionOptions,
} from "./self-attention-encoder";
export type { SourceOptions } from "./source-input";
