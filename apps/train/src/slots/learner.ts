import { add, Dropout, type Generator, globalMaxPool1d, Linear, Module, reshape, tensor } from "@unroll/nn";
import type { MakeLearner } from "../learning/learner";
import { type SpanBatch, type SpanLogits, spanTagger } from "../tagging/span-tagger";
import { type WordBatch, WordEncoder } from "../tagging/word-encoder";
import { makeRecurrent, type Recurrent } from "../training/recurrent";
import type { Settings } from "../training/settings";
import type { SlotFacts, Utterance } from "./data";

/** How many numbers stand for each of a word's features, and for its letters. */
const SIZES = { features: [96, 32, 16, 24, 8], letters: 32 };

/**
 * Scores slots and intents by the same states, read both ways:
 *   m = dropout(max_t h_t);   intents = V·m + a;   slots_t = W·dropout(h_t) + U·m + b
 * Two heads on one network (Liu & Lane 2016); what the whole utterance is about also weighs on each slot.
 */
class SlotModel extends Module {
  readonly words: WordEncoder;
  readonly dropout: Dropout;
  readonly recurrent: Recurrent;
  readonly slots: Linear;
  readonly context: Linear;
  readonly intents: Linear;

  constructor({ words, tags, intents }: SlotFacts, settings: Settings, rng: Generator) {
    super();
    const { dropout } = settings;
    this.words = new WordEncoder(words, SIZES, rng);
    this.dropout = new Dropout(dropout, { rng });
    this.recurrent = makeRecurrent(this.words.dimension, settings, { rng, dropout });
    this.slots = new Linear(this.recurrent.outputSize, tags.length, { rng });
    this.context = new Linear(this.recurrent.outputSize, tags.length, { rng, bias: false });
    this.intents = new Linear(this.recurrent.outputSize, intents.length, { rng });
  }

  /** @param lengths [B] @returns logits of slots [B, T, V] and intents [B, C] */
  forward(words: WordBatch, lengths: Uint32Array<ArrayBuffer>): SpanLogits {
    const { output } = this.recurrent.forward(this.dropout.forward(this.words.forward(words)), { lengths });
    const whole = this.dropout.forward(globalMaxPool1d(output, tensor(lengths))); //   [B, 2H]
    const context = reshape(this.context.forward(whole), [lengths.length, 1, this.slots.outputSize]);
    return {
      tags: add(this.slots.forward(this.dropout.forward(output)), context),
      classes: this.intents.forward(whole),
    };
  }
}

/** What is wanted, and which words say more of it? */
export const slotsLearner: MakeLearner<Utterance, SlotFacts, SpanBatch<Utterance, WordBatch>> = (
  facts,
  settings,
  rng,
) => {
  const model = new SlotModel(facts, settings, rng);
  return spanTagger<Utterance, WordBatch>({
    model,
    forward: (words, lengths) => model.forward(words, lengths),
    tags: facts.tags,
    tagsOf: ({ tags }) => tags,
    classes: { names: facts.intents, of: ({ intent }) => intent },
    encode: (utterances, length) =>
      model.words.encode(
        utterances.map(({ words }) => words),
        length,
      ),
    batch: settings.batch,
    multiple: 8,
    labelSmoothing: settings.labelSmoothing,
  });
};
