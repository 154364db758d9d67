import { padSequences, type Vocabulary } from "@unroll/data";
import { concat, Embedding, type Generator, Module, type Tensor, tensor } from "@unroll/nn";
import { featuresOf } from "./features";

/** Where sizes are given for fewer features than there are. */
const LEAST = 8;

/** A vector for each feature of a word, side by side: x = [E_1·feature_1 … E_K·feature_K]. */
export class FeatureEmbeddings extends Module {
  readonly vocabularies: readonly Vocabulary[];
  readonly embeddings: readonly Embedding[];
  /** D, the features of a word. */
  readonly dimension: number;

  /** @param sizes how many numbers stand for each feature */
  constructor(vocabularies: readonly Vocabulary[], sizes: readonly number[], rng: Generator) {
    super();
    this.vocabularies = vocabularies;
    this.embeddings = vocabularies.map(
      ({ size, padId }, kind) =>
        new Embedding(size, sizes[kind] ?? LEAST, { rng, paddingId: padId ?? 0, init: "keras" }),
    );
    this.dimension = this.embeddings.reduce((sum, { dimension }) => sum + dimension, 0);
  }

  /** The ids [B, T] of each feature of the words of some sentences, padded to `length` words. */
  encode(sentences: readonly (readonly string[])[], length: number): Tensor[] {
    const features = sentences.map((words) => words.map(featuresOf));
    return this.vocabularies.map((vocabulary, kind) => {
      const ids = features.map((words) => vocabulary.encode(words.map((of) => of[kind] ?? "")));
      const padded = padSequences(ids, { length, value: vocabulary.padId ?? 0 });
      return tensor(padded.data, { shape: padded.shape });
    });
  }

  /** @param features ids [B, T] of each feature @returns [B, T, D] */
  forward(features: readonly Tensor[]): Tensor {
    return concat(
      this.embeddings.map((embedding, kind) => embedding.forward(features[kind] as Tensor)), // one for each embedding
      2,
    );
  }
}
