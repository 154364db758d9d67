import { AdditiveAttention } from "@unroll/attention";
import type { Generator } from "@unroll/nn";
import { BahdanauDecoder, type BahdanauState, EncoderDecoder, RecurrentEncoder } from "@unroll/seq2seq";
import { directionOf } from "../training/recurrent";
import type { Settings } from "../training/settings";
import type { PairVocabularies } from "./pair";

/**
 * Reads a source both ways, and says its target attending to it (Bahdanau et al. 2015):
 *   m = recurrent(E·x);   c_t = attention(h_{t−1}, m);   h_t = cell([E′·y_{t−1}; c_t], h_{t−1});
 *   p(y_t) = softmax(W·dropout(tanh(V·[c_t; h_t] + b)) + d)
 * With H units to a direction of the encoder, the decoder has 3/2·H, the attention's score 3/4·H, and a symbol H/2 features.
 * Dropout is that of the embeddings, between the encoder's layers, and before the logits.
 */
export function attentionModel(
  { source, target }: PairVocabularies,
  { cell, hidden, layers, dropout, ...settings }: Settings,
  rng: Generator,
): EncoderDecoder<BahdanauState> {
  const embeddingSize = Math.ceil(hidden / 2);
  const hiddenSize = 3 * embeddingSize;
  const common = { cell, dropout, rng, embeddingSize };
  const encoder = new RecurrentEncoder(hidden, {
    ...{ ...common, layers, direction: directionOf(settings), vocabularySize: source.size },
  });
  const attention = new AdditiveAttention(hiddenSize, encoder.memorySize, { size: Math.ceil(hiddenSize / 2), rng });
  const decoder = new BahdanauDecoder({
    ...common,
    ...{ encoder, attention, hiddenSize, vocabularySize: target.size, readout: "attentional" },
  });
  return new EncoderDecoder(encoder, decoder, target);
}
