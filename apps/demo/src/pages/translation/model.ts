import { AdditiveAttention, GeneralAttention } from "@unroll/attention";
import type { Vocabulary } from "@unroll/data";
import { Adam, type Generator, type Tensor } from "@unroll/nn";
import {
  BahdanauDecoder,
  EncoderDecoder,
  LuongDecoder,
  type PairBatch,
  PlainDecoder,
  RecurrentEncoder,
} from "@unroll/seq2seq";

export interface TranslatorOptions {
  attention: "none" | "Bahdanau" | "Luong";
  cell: "rnn" | "gru" | "lstm";
  hidden: number;
  layers: number;
  source: Vocabulary;
  target: Vocabulary;
  rng: Generator;
}

/** Reads a sequence both ways, then writes another, symbol by symbol, looking back at what it read. */
export function translator({ attention, cell, hidden, layers, source, target, rng }: TranslatorOptions) {
  const common = { cell, layers, rng, embeddingSize: hidden };
  const encoder = new RecurrentEncoder(hidden, { ...common, direction: "bidirectional", vocabularySize: source.size });
  const sizes = { ...common, encoder, hiddenSize: hidden, vocabularySize: target.size };
  if (attention === "none") {
    return new EncoderDecoder<unknown>(encoder, new PlainDecoder(sizes), target); // all in one last state
  }
  if (attention === "Luong") {
    const score = new GeneralAttention(hidden, encoder.memorySize, { rng });
    return new EncoderDecoder<unknown>(encoder, new LuongDecoder({ ...sizes, attention: score }), target);
  }
  const score = new AdditiveAttention(hidden, encoder.memorySize, { rng });
  const decoder = new BahdanauDecoder({ ...sizes, attention: score, readout: "attentional" });
  return new EncoderDecoder<unknown>(encoder, decoder, target);
}

/** @returns one training step on the next pairs; it answers with the loss of a symbol */
export function trainer(model: EncoderDecoder, { lr, next }: { lr: number; next: () => PairBatch }) {
  const optimizer = new Adam(model.parameters(), { lr, clipNorm: 1 });
  const step = async (): Promise<Tensor> => {
    const loss = model.loss(next());
    await optimizer.minimize(loss);
    return loss;
  };
  return { optimizer, step };
}
