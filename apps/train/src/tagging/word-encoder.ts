import { type EntriesJSON, Vocabulary } from "@unroll/data";
import { concat, type Generator, Module, type Tensor } from "@unroll/nn";
import { FeatureEmbeddings } from "./feature-embeddings";
import { featureVocabularies } from "./features";
import { type LetterBatch, LetterFeatures, letterVocabulary } from "./letter-features";

/** What is known of words before any is learned from: a vocabulary for each feature, and one of letters. */
export type WordFacts = { features: EntriesJSON[]; letters: EntriesJSON };

/** The facts of the words of some sentences. */
export function wordFacts(sentences: readonly (readonly string[])[]): WordFacts {
  return { features: featureVocabularies(sentences), letters: letterVocabulary(sentences) };
}

/** The words of a batch. */
export interface WordBatch {
  features: readonly Tensor[];
  letters: LetterBatch;
}

/** A vector for each word: those of its features, and what its letters look like. */
export class WordEncoder extends Module {
  readonly features: FeatureEmbeddings;
  readonly letters: LetterFeatures;
  /** D */
  readonly dimension: number;

  /** @param sizes how many numbers stand for each feature, and for the letters */
  constructor(facts: WordFacts, sizes: { features: readonly number[]; letters: number }, rng: Generator) {
    super();
    const features = facts.features.map((json) => Vocabulary.fromJSON(json));
    this.features = new FeatureEmbeddings(features, sizes.features, rng);
    this.letters = new LetterFeatures(Vocabulary.fromJSON(facts.letters), sizes.letters, rng);
    this.dimension = this.features.dimension + sizes.letters;
  }

  /** The words of some sentences, padded to `length`. */
  encode(sentences: readonly (readonly string[])[], length: number): WordBatch {
    return { features: this.features.encode(sentences, length), letters: this.letters.encode(sentences, length) };
  }

  /** @returns [B, T, D] */
  forward({ features, letters }: WordBatch): Tensor {
    return concat([this.features.forward(features), this.letters.forward(letters)], 2);
  }
}
