export {
  Attention,
  type AttentionResult,
  type AttentionState,
  type NoState,
  type PreparedMemory,
  type PrepareOptions,
  selectRows,
  selectState,
  withValues,
} from "./attention";
export { scaledDotProductAttention } from "./dot-product/fused";
export type { DotProductOptions } from "./dot-product/heads";
export { type AttentionScores, plainDotProductAttention } from "./dot-product/plain";
export { ContextGate, type GateWeights, gatedContext } from "./gate";
export {
  HardAttention,
  type HardAttentionLossOptions,
  type HardAttentionOptions,
  type HardState,
  hardAttentionLoss,
  RewardBaseline,
} from "./hard";
export {
  appendSteps,
  type CacheFeatures,
  emptyCache,
  type KeysAndValues,
  type KeyValueCache,
  type StepCounts,
} from "./key-value-cache";
export {
  TransformerLanguageModel,
  type TransformerLanguageModelOptions,
  type TransformerReadOptions,
} from "./language-model";
export { linearAttention } from "./linear-attention/fused";
export {
  LinearAttention,
  type LinearAttentionOptions,
  type LinearAttentionRead,
  type LinearAttentionState,
} from "./linear-attention/layer";
export type { LinearOutputs } from "./linear-attention/plain";
export type { LinearAttentionCall } from "./linear-attention/sizes";
export { coverageLoss, doublyStochasticLoss, type WeightsOptions } from "./losses";
export {
  type AttentionMask,
  additiveMask,
  and,
  booleanMask,
  causalMask,
  paddingMask,
  withOffset,
} from "./masks/mask";
export {
  type Attended,
  type AttendOptions,
  MultiHeadAttention,
  type MultiHeadAttentionOptions,
  type MultiHeadOptions,
} from "./multi-head-attention";
export { AttentionPooling, type AttentionPoolingOptions } from "./pooling";
export { alibi, alibiSlopes } from "./positions/alibi";
export { LearnedPositions } from "./positions/learned";
export type { PlaceOptions } from "./positions/places";
export { type RotaryOptions, RotaryPositions, type RotateOptions, rotate } from "./positions/rotary";
export { type PositionScheme, type PositionSchemeOptions, type Positions, positionScheme } from "./positions/scheme";
export { type SinusoidalOptions, SinusoidalPositions, sinusoidalTable } from "./positions/sinusoidal";
export * from "./scores";
export { type DecodedStack, TransformerDecoder, type TransformerDecoderStackOptions } from "./transformer/decoder";
export {
  type Decoded,
  TransformerDecoderLayer,
  type TransformerDecoderLayerOptions,
  type TransformerDecoderOptions,
} from "./transformer/decoder-layer";
export { type StepOptions, TransformerEncoder } from "./transformer/encoder";
export { TransformerEncoderLayer, type TransformerOptions } from "./transformer/encoder-layer";
export type { TransformerLayerOptions } from "./transformer/options";
export { TransformerStack, type TransformerStackOptions } from "./transformer/stack";
export { Transformer, type TransformerMasks, type TransformerOfOptions } from "./transformer/transformer";
