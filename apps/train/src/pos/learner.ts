import { padSequences, Vocabulary } from "@unroll/data";
import { concat, Dropout, Embedding, type Generator, Linear, Module, type Tensor, tensor } from "@unroll/nn";
import type { MakeLearner } from "../learning/learner";
import { type TagBatch, tagger } from "../learning/tagger";
import { makeRecurrent, type Recurrent } from "../training/recurrent";
import type { Settings } from "../training/settings";
import type { PosFacts, TaggedSentence } from "./data";
import { featuresOf } from "./features";

/** How many numbers stand for each of the features. */
const SIZES = [64, 24, 16, 16, 8] as const;

/** Scores tags by the state at each word, read both ways: x = [E_k·feature_k];   logits = W·dropout(h_t) + b. */
class PosModel extends Module {
  readonly embeddings: readonly Embedding[];
  readonly dropout: Dropout;
  readonly recurrent: Recurrent;
  readonly out: Linear;

  constructor(vocabularies: readonly Vocabulary[], tags: number, settings: Settings, rng: Generator) {
    super();
    const sizeOf = (kind: number) => SIZES[kind] ?? 8;
    this.embeddings = vocabularies.map(
      ({ size, padId }, kind) => new Embedding(size, sizeOf(kind), { rng, paddingId: padId ?? 0, init: "keras" }),
    );
    this.dropout = new Dropout(settings.dropout, { rng });
    const width = vocabularies.reduce((sum, _, kind) => sum + sizeOf(kind), 0);
    this.recurrent = makeRecurrent(width, settings, { rng, dropout: settings.dropout });
    this.out = new Linear(this.recurrent.outputSize, tags, { rng });
  }

  /** @param features ids [B, T] of each feature @param lengths [B] @returns logits [B, T, V] */
  forward(features: readonly Tensor[], lengths: Uint32Array<ArrayBuffer>): Tensor {
    const looked = this.embeddings.map((embedding, kind) => embedding.forward(features[kind] as Tensor)); // one each
    const { output } = this.recurrent.forward(this.dropout.forward(concat(looked, 2)), { lengths });
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
    encode: (sentences, length) => {
      const features = sentences.map(({ words }) => words.map(featuresOf));
      return vocabularies.map((vocabulary, kind) => {
        const ids = features.map((words) => vocabulary.encode(words.map((of) => of[kind] ?? "")));
        const padded = padSequences(ids, { length, value: vocabulary.padId ?? 0 });
        return tensor(padded.data, { shape: padded.shape });
      });
    },
    batch: settings.batch,
    multiple: 8,
    labelSmoothing: settings.labelSmoothing,
  });
};
