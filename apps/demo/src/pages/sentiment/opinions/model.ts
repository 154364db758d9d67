import { OPINION_WORDS, opinions, padSequences, type Random, Vocabulary } from "@unroll/data";
import { Adam, type Generator, SequenceClassifier, type Tensor, tensor } from "@unroll/nn";
import { LONGEST } from "./words";

export const vocabulary = new Vocabulary(OPINION_WORDS, { unknown: true });

interface Options {
  readonly cell: "rnn" | "gru" | "lstm";
  readonly hidden: number;
  readonly layers: number;
  readonly direction: "forward" | "bidirectional";
}

/** Reads a sentence word by word; what the last layer ends with says whether it blames (0) or praises (1). */
export function makeModel({ cell, hidden, layers, direction }: Options, rng: Generator): SequenceClassifier {
  return new SequenceClassifier({
    ...{ cell, hiddenSize: hidden, layers, direction, rng },
    vocabularySize: vocabulary.size,
    embeddingSize: 16,
    classes: 2,
  });
}

/** Sentences as words [B, T], and how long each is. */
export function encode(sentences: readonly (readonly string[])[]): { x: Tensor; lengths: Uint32Array } {
  const ids = sentences.map((words) => vocabulary.encode(words));
  const { data, shape, lengths } = padSequences(ids, { length: LONGEST });
  return { x: tensor(data, { shape }), lengths };
}

/** @returns one training step on 32 new sentences; it answers with the loss */
export function trainer(model: SequenceClassifier, { lr, random }: { lr: number; random: Random }) {
  const optimizer = new Adam(model.parameters(), { lr, clipNorm: 1 });
  const step = async (): Promise<Tensor> => {
    const drawn = opinions(random, { count: 32 });
    const y = tensor(Int32Array.from(drawn, ({ label }) => label));
    const loss = model.loss({ ...encode(drawn.map(({ words }) => words)), y });
    await optimizer.minimize(loss);
    return loss;
  };
  return { optimizer, step };
}
