import { Dropout, type Generator, Linear, Module } from "@unroll/nn";
import type { MakeLearner } from "../learning/learner";
import { type SpanBatch, type SpanLogits, spanTagger } from "../tagging/span-tagger";
import { type WordBatch, WordEncoder } from "../tagging/word-encoder";
import { makeRecurrent, type Recurrent } from "../training/recurrent";
import type { Settings } from "../training/settings";
import type { EntityFacts, NamedSentence } from "./data";

/** How many numbers stand for each of a word's features, and for its letters. */
const SIZES = { features: [64, 24, 16, 16, 16], letters: 32 };

/** Scores tags by the state at each word, read both ways: logits = W·dropout(h_t) + b. */
class EntityModel extends Module {
  readonly words: WordEncoder;
  readonly dropout: Dropout;
  readonly recurrent: Recurrent;
  readonly out: Linear;

  constructor({ words, tags }: EntityFacts, settings: Settings, rng: Generator) {
    super();
    const { dropout } = settings;
    this.words = new WordEncoder(words, SIZES, rng);
    this.dropout = new Dropout(dropout, { rng });
    this.recurrent = makeRecurrent(this.words.dimension, settings, { rng, dropout });
    this.out = new Linear(this.recurrent.outputSize, tags.length, { rng });
  }

  /** @param lengths [B] @returns logits [B, T, V] */
  forward(words: WordBatch, lengths: Uint32Array<ArrayBuffer>): SpanLogits {
    const { output } = this.recurrent.forward(this.dropout.forward(this.words.forward(words)), { lengths });
    return { tags: this.out.forward(this.dropout.forward(output)) };
  }
}

/** Which words name a person, a place, a product? */
export const entitiesLearner: MakeLearner<NamedSentence, EntityFacts, SpanBatch<NamedSentence, WordBatch>> = (
  facts,
  settings,
  rng,
) => {
  const model = new EntityModel(facts, settings, rng);
  return spanTagger<NamedSentence, WordBatch>({
    model,
    forward: (words, lengths) => model.forward(words, lengths),
    tags: facts.tags,
    tagsOf: ({ tags }) => tags,
    encode: (sentences, length) =>
      model.words.encode(
        sentences.map(({ words }) => words),
        length,
      ),
    batch: settings.batch,
    multiple: 8,
    labelSmoothing: settings.labelSmoothing,
  });
};
