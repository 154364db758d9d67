export type { AttendedMemory } from "./attended-memory";
export { BahdanauDecoder, type BahdanauDecoderOptions, type BahdanauState } from "./bahdanau-decoder";
export { Decoder, type DecoderStep, type Decoding } from "./decoder";
export { LuongDecoder, type LuongDecoderOptions, type LuongState } from "./luong-decoder";
export { PlainDecoder, type PlainDecoderState, type RecurrentDecoderOptions } from "./plain-decoder";
export { PointerGeneratorDecoder, type PointerGeneratorOptions } from "./pointer-generator-decoder";
export {
  SelfAttentionDecoder,
  type SelfAttentionDecoderOptions,
  type SelfAttentionDecoding,
  type SelfAttentionState,
  type SelfAttentionStep,
} from "./self-attention-decoder";
export type { VocabularyHeadOptions } from "./vocabulary-head";
