import { AdditiveAttention, GeneralAttention } from "@unroll/attention";
import type { Generator } from "@unroll/nn";
import {
  BahdanauDecoder,
  EncoderDecoder,
  LuongDecoder,
  PlainDecoder,
  RecurrentEncoder,
  SelfAttentionDecoder,
  SelfAttentionEncoder,
} from "@unroll/seq2seq";
import type { PairVocabularies } from "../pairs/pair";
import { directionOf } from "../training/recurrent";
import { type Settings, USUAL_SETTINGS } from "../training/settings";

/** The models that are compared. */
export const MODELS = ["none", "bahdanau", "luong", "transformer"] as const;

export type ModelName = (typeof MODELS)[number];

/** What each is called. */
export const TITLES: Readonly<Record<ModelName, string>> = {
  none: "No attention",
  bahdanau: "Bahdanau's attention",
  luong: "Luong's attention, input feeding",
  transformer: "Transformer",
};

const COMMON = {
  ...USUAL_SETTINGS,
  ...{ cell: "gru", hidden: 128, bidirectional: true, labelSmoothing: 0.1, epochs: 10, patience: 10, batch: 32 },
  ...{ dropout: 0.2, lr: 4e-3 },
} as const satisfies Settings;

/** How each is trained: all see the same batches the same number of times. */
export const DEFAULTS: Readonly<Record<ModelName, Settings>> = {
  none: COMMON,
  bahdanau: COMMON,
  luong: COMMON,
  transformer: { ...COMMON, layers: 2, dropout: 0.15, lr: 2e-3 },
};

/** Heads of each layer of the Transformer. */
const HEADS = 4;

/**
 * A model of H units over words of H features.
 * - `none`: reads both ways; the decoder begins with what the encoder ended with, and knows nothing else of the source.
 * - `bahdanau`: c_t of h_{t−1}, h_t of c_t; logits of tanh(W·[c_t; h_t] + b).
 * - `luong`: h_t of h̃_{t−1}, c_t of h_t by the score h_tᵀ·W·m; logits of h̃_t = tanh(W_c·[c_t; h_t]).
 * - `transformer`: layers of width H, 4 heads and 4·H features between.
 */
export function translationModel(
  name: ModelName,
  { source, target }: PairVocabularies,
  { cell, hidden, layers, dropout, ...settings }: Settings,
  rng: Generator,
): EncoderDecoder<unknown> {
  if (name === "transformer") {
    const options = { heads: HEADS, layers, dropout, rng };
    const encoder = new SelfAttentionEncoder(hidden, { ...options, vocabularySize: source.size });
    const decoder = new SelfAttentionDecoder({ ...options, encoder, size: hidden, vocabularySize: target.size });
    return new EncoderDecoder<unknown>(encoder, decoder, target);
  }
  const common = { cell, dropout, layers, rng, embeddingSize: hidden };
  const encoder = new RecurrentEncoder(hidden, {
    ...{ ...common, direction: directionOf(settings), vocabularySize: source.size },
  });
  const options = { ...common, encoder, hiddenSize: hidden, vocabularySize: target.size };
  const { memorySize } = encoder;
  if (name === "none") return new EncoderDecoder<unknown>(encoder, new PlainDecoder(options), target);
  if (name === "bahdanau") {
    const attention = new AdditiveAttention(hidden, memorySize, { rng });
    const decoder = new BahdanauDecoder({ ...options, attention, readout: "attentional" });
    return new EncoderDecoder<unknown>(encoder, decoder, target);
  }
  const attention = new GeneralAttention(hidden, memorySize, { rng });
  const decoder = new LuongDecoder({ ...options, attention, inputFeeding: true });
  return new EncoderDecoder<unknown>(encoder, decoder, target);
}
