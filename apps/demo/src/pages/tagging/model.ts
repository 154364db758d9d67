import { type Random, taggedSentences } from "@unroll/data";
import {
  Adam,
  add,
  crossEntropy,
  Embedding,
  type Generator,
  GRU,
  Linear,
  LSTM,
  Module,
  RNN,
  type SequenceDirection,
  type Tensor,
  tensor,
} from "@unroll/nn";
import { batchOf, LAYERS, type Layer, language, type SentenceBatch, VOCABULARY } from "./sentences";

const CELLS = { Elman: RNN, GRU, LSTM };
export type Sizes = { cell: keyof typeof CELLS; hidden: number; embedding: number };
type Logits = Record<Layer, Tensor>;

/** Scores the tags of each word by the state of the network there. */
export class Tagger extends Module {
  readonly words: Embedding;
  readonly recurrent;
  readonly pos: Linear;
  readonly entities: Linear;
  readonly slots: Linear;

  constructor({ cell, hidden, embedding }: Sizes, direction: SequenceDirection, rng: Generator) {
    super();
    this.words = new Embedding(VOCABULARY, embedding, { rng });
    this.recurrent = new CELLS[cell](embedding, hidden, { direction, rng });
    const { outputSize } = this.recurrent;
    this.pos = new Linear(outputSize, language.pos.length, { rng });
    this.entities = new Linear(outputSize, language.entities.length, { rng });
    this.slots = new Linear(outputSize, language.slots.length, { rng });
  }

  /** @param words ids [B, T] @param lengths [B], in words @returns logits [B, T, tags] of each layer of tags */
  forward(words: Tensor, lengths?: Uint32Array<ArrayBuffer>): Logits {
    const { output } = this.recurrent.forward(this.words.forward(words), { lengths });
    return {
      pos: this.pos.forward(output),
      entities: this.entities.forward(output),
      slots: this.slots.forward(output),
    };
  }

  loss({ words, lengths, tags, shape }: SentenceBatch): Tensor {
    const logits = this.forward(tensor(words, { shape }), lengths);
    return LAYERS.map((layer) => crossEntropy(logits[layer], tensor(tags[layer], { shape }))).reduce((a, b) =>
      add(a, b),
    );
  }
}

/** The same model twice, with as many units in all: one has read only what came before, the other what comes after too. */
export class TwoReaders extends Module {
  readonly forwards: Tagger;
  readonly bothWays: Tagger;

  constructor(sizes: Sizes, rng: Generator) {
    super();
    this.forwards = new Tagger({ ...sizes, hidden: 2 * sizes.hidden }, "forward", rng);
    this.bothWays = new Tagger(sizes, "bidirectional", rng);
  }
}

/** @returns one training step of both on new sentences; it answers with the sum of their losses */
export function trainer(model: TwoReaders, { lr, random }: { lr: number; random: Random }) {
  const optimizer = new Adam(model.parameters(), { lr, clipNorm: 5 });
  const step = async (): Promise<Tensor> => {
    const batch = batchOf(taggedSentences(random, { count: 32 }), random);
    const loss = add(model.forwards.loss(batch), model.bothWays.loss(batch));
    await optimizer.minimize(loss);
    return loss;
  };
  return { optimizer, step };
}
