import { padSequences, Vocabulary, withEnds } from "@unroll/data";
import { tensor } from "@unroll/nn";
import type { PairBatch } from "@unroll/seq2seq";

/** A sequence of symbols (letters, words, phonemes), and what is to be made of it. */
export interface Pair {
  readonly source: readonly string[];
  readonly target: readonly string[];
}

/** The symbols of both sides. */
export interface Vocabularies {
  readonly source: Vocabulary;
  readonly target: Vocabulary;
}

/** All symbols of some pairs; any other that comes later is the unknown one. */
export function vocabulariesOf(pairs: readonly Pair[]): Vocabularies {
  const sourceSide = pairs.map(({ source }) => source);
  const targetSide = pairs.map(({ target }) => target);
  return {
    source: Vocabulary.from(sourceSide, { unknown: true }),
    target: Vocabulary.from(targetSide, { start: true, end: true }),
  };
}

/** Pairs as a model reads them: ids, each target with its end, padded to lengths of which there are few. */
export function batchOf(pairs: readonly Pair[], { source, target }: Vocabularies): PairBatch {
  const read = padSequences(
    pairs.map((pair) => source.encode(pair.source)),
    { multiple: 4 },
  );
  const ends = { startId: undefined, endId: target.endId };
  const written = padSequences(
    pairs.map((pair) => withEnds(target.encode(pair.target), ends)),
    { multiple: 2 },
  );
  return {
    source: tensor(read.data, { shape: read.shape }),
    sourceLengths: read.lengths,
    target: tensor(written.data, { shape: written.shape }),
    targetLengths: written.lengths,
  };
}

export function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((symbol, at) => symbol === other[at]);
}
