import { type CutOptions, type EntriesJSON, Vocabulary } from "@unroll/data";

/** A sequence of symbols (letters, phonemes, words), and what may be made of it: the first is the usual one. */
export type Pair = { source: string[]; targets: string[][] };

/** What a model of pairs knows beside its weights. */
export type PairFacts = {
  source: EntriesJSON;
  target: EntriesJSON;
  /** Symbols of the longest target that was learned from: none that is made is longer. */
  longest: number;
};

/** Which symbols are kept; all when absent. Any other is the unknown one. */
export interface PairCuts {
  source?: CutOptions;
  target?: CutOptions;
}

/** The vocabularies of the pairs that are learned from, and their longest target. */
export function pairFacts(pairs: readonly Pair[], { source = {}, target = {} }: PairCuts = {}): PairFacts {
  const targets = pairs.flatMap((pair) => pair.targets);
  const sources = pairs.map((pair) => pair.source);
  return {
    source: Vocabulary.from(sources, { ...source, unknown: true }).toJSON(),
    target: Vocabulary.from(targets, { ...target, unknown: true, start: true, end: true }).toJSON(),
    longest: targets.reduce((most, { length }) => Math.max(most, length), 1),
  };
}

/** The vocabularies of both sides. */
export interface PairVocabularies {
  source: Vocabulary;
  target: Vocabulary;
}

export function vocabulariesOf({ source, target }: PairFacts): PairVocabularies {
  return { source: Vocabulary.fromJSON(source), target: Vocabulary.fromJSON(target) };
}
