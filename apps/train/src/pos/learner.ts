import { Vocabulary } from "@unroll/data";
import { Dropout, type Generator, Linear, Module, type Tensor } from "@unroll/nn";
import type { MakeLearner } from "../learning/learner";
import { type TagBatch, tagger } from "../learning/tagger";
import { FeatureEmbeddings } from "../tagging/feature-embeddings";
import { makeRecurrent, type Recurrent } from "../training/recurrent";
import type { Settings } from "../training/settings";
import type { PosFacts, TaggedSentence } from "./data";

/** How many numbers stand for each of the features. */
const SIZES = [64, 24, 16, 16, 8];

/** Scores tags by the state at each word, read both ways: x = [E_k·feature_k];   logits = W·dropout(h_t) + b. */
class PosModel extends Module {
  readonly words: FeatureEmbeddings;
  readonly dropout: Dropout;
  readonly recurrent: Recurrent;
  readonly out: Linear;

  constructor(vocabularies: readonly Vocabulary[], tags: number, settings: Settings, rng: Generator) {
    super();
    this.words = new FeatureEmbeddings(vocabularies, SIZES, rng);
    this.dropout = new Dropout(settings.dropout, { rng });
    this.recurrent = makeRecurrent(this.words.dimension, settings, { rng, dropout: settings.dropout });
    this.out = new Linear(this.recurrent.outputSize, tags, { rng });
  }

  /** @param features ids [B, T] of each feature @param lengths [B] @returns logits [B, T, V] */
  forward(features: readonly Tensor[], lengths: Uint32Array<ArrayBuffer>): Tensor {
    const { output } = this.recurrent.forward(this.dropout.forward(this.words.forward(features)), { lengths });
    return this.out.forward(this.dropout.forward(output));
  }
}

/** Which part of speech is each word? */
export const posLearner: MakeLearner<TaggedSentence, PosFacts, TagBatch<readonly Tensor[]>> = (
  facts,
  settings,
  rng,
) => {
  const vocabularies = facts.vocabularies.map((json) => Vocabulary.fromJSON(json));
  const model = new PosModel(vocabularies, facts.tags.length, settings, rng);
  return tagger<TaggedSentence, readonly Tensor[]>({
    model,
    forward: (features, lengths) => model.forward(features, lengths),
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
