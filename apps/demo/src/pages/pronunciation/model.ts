import { AdditiveAttention } from "@unroll/attention";
import type { Vocabulary } from "@unroll/data";
import { Adam, type Generator, type Tensor } from "@unroll/nn";
import { BahdanauDecoder, EncoderDecoder, type PairBatch, RecurrentEncoder } from "@unroll/seq2seq";

export interface SpeakerOptions {
  cell: "rnn" | "gru" | "lstm";
  hidden: number;
  layers: number;
  letters: Vocabulary;
  phonemes: Vocabulary;
  rng: Generator;
}

/** Reads the letters of a word both ways, then says its phonemes, looking back at the letters for each. */
export function speaker({ cell, hidden, layers, letters, phonemes, rng }: SpeakerOptions) {
  const common = { cell, layers, rng, embeddingSize: Math.ceil(hidden / 2), dropout: 0.1 };
  const encoder = new RecurrentEncoder(hidden, { ...common, direction: "bidirectional", vocabularySize: letters.size });
  const decoder = new BahdanauDecoder({
    ...common,
    encoder,
    attention: new AdditiveAttention(hidden, encoder.memorySize, { rng }),
    hiddenSize: hidden,
    vocabularySize: phonemes.size,
    readout: "attentional",
  });
  return new EncoderDecoder<unknown>(encoder, decoder, phonemes);
}

/** @returns one training step on the next words; it answers with the loss of a phoneme */
export function trainer(model: EncoderDecoder, { lr, next }: { lr: number; next: () => PairBatch }) {
  const optimizer = new Adam(model.parameters(), { lr, clipNorm: 1 });
  const step = async (): Promise<Tensor> => {
    const loss = model.loss(next());
    await optimizer.minimize(loss);
    return loss;
  };
  return { optimizer, step };
}
