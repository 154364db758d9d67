import { padSequences, type Random, type TaggedSentence, taggedLanguage } from "@unroll/data";

export const language = taggedLanguage();

/** The layers of tags that every word has. */
export type Layer = "pos" | "entities" | "slots";
export const LAYERS: readonly Layer[] = ["pos", "entities", "slots"];

/** A word that there is no vector of. */
const UNKNOWN = 0;
/** As many as there are ids of words, the unknown one included. */
export const VOCABULARY = language.words.length + 1;

/** What takes no part in losses: `ignoreIndex` of `crossEntropy`. */
const IGNORED = -100;
/** The share of words that training takes for unknown, so that the model learns to go by what stands around them. */
const HIDDEN = 0.05;

/** A batch of sentences, padded: ids of words [B, T], their lengths [B], and the tags of each layer [B, T]. */
export interface SentenceBatch {
  readonly words: Int32Array<ArrayBuffer>;
  readonly lengths: Uint32Array<ArrayBuffer>;
  readonly tags: Readonly<Record<Layer, Int32Array<ArrayBuffer>>>;
  readonly shape: number[];
}

export const idOf = (word: string): number => language.words.indexOf(word.toLowerCase()) + 1;

/** @param random hides some words where given */
export function batchOf(sentences: readonly TaggedSentence[], random?: Random): SentenceBatch {
  const ids = sentences.map(({ words }) =>
    words.map((word) => (random && random.uniform() < HIDDEN ? UNKNOWN : idOf(word))),
  );
  const { data, lengths, shape } = padSequences(ids, { multiple: 14 }); // no sentence is longer: one shape for all batches
  const tagsOf = (layer: Layer) =>
    padSequences(
      sentences.map((sentence) => sentence[layer].map((tag) => language[layer].indexOf(tag))),
      { length: shape[1] ?? 0, value: IGNORED },
    ).data;
  return {
    words: data,
    lengths,
    tags: { pos: tagsOf("pos"), entities: tagsOf("entities"), slots: tagsOf("slots") },
    shape,
  };
}

/** Words of a typed sentence that are read. */
export const MOST_WORDS = 40;

/** The words of what somebody typed; commas and full stops are left out. */
export const wordsOf = (text: string): string[] => text.split(/[\s.,!?]+/).filter((word) => word !== "");
