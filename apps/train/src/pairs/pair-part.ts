import { type PaddedSequences, padSequences, Random, withEnds } from "@unroll/data";
import type { Order, Part } from "../learning/learner";
import type { Pair, PairVocabularies } from "./pair";

/** Some pairs, as a model reads them. */
export interface PairBatch {
  /** Ids [B, S], and the true lengths. */
  source: PaddedSequences;
  /** Ids [B, T] of one target of each pair, each with its end, and the true lengths, the end counted. */
  target: PaddedSequences;
  /** The pair of each row. */
  pairs: readonly Pair[];
}

export interface PairPartOptions {
  vocabularies: PairVocabularies;
  /** B */
  size: number;
  /** Lengths are rounded up to a multiple of this, so that few shapes, and so few plans, occur. */
  multiple: number;
}

interface Row {
  pair: Pair;
  source: Int32Array<ArrayBuffer>;
  target: Int32Array<ArrayBuffer>;
}

/**
 * Pairs in batches of like lengths, of source and target both. To learn from, each target of a pair is a row of its own; to
 * be scored, each pair is one row, with its first target, and all that it may be stands beside it.
 */
export class PairPart implements Part<PairBatch> {
  readonly steps: number;
  readonly #pairs: readonly Pair[];
  readonly #options: PairPartOptions;
  #toLearn: Row[] | undefined;
  #toScore: Row[] | undefined;

  constructor(pairs: readonly Pair[], options: PairPartOptions) {
    this.#pairs = pairs;
    this.#options = options;
    const rows = pairs.reduce((sum, { targets }) => sum + targets.length, 0);
    this.steps = Math.ceil(rows / options.size);
  }

  *batches(order?: Order): Generator<PairBatch> {
    if (!order) {
      this.#toScore ??= this.#encoded((pair) => pair.targets.slice(0, 1));
      for (const rows of this.#alike(this.#toScore)) yield this.#batchOf(rows);
      return;
    }
    this.#toLearn ??= this.#encoded((pair) => pair.targets);
    const random = new Random(order.seed, order.epoch);
    const rows = [...this.#toLearn];
    random.shuffle(rows);
    const batches = this.#alike(rows);
    random.shuffle(batches);
    for (const batch of batches) yield this.#batchOf(batch);
  }

  rowsOf({ pairs }: PairBatch): number {
    return pairs.length;
  }

  #encoded(targetsOf: (pair: Pair) => readonly string[][]): Row[] {
    const { source, target } = this.#options.vocabularies;
    return this.#pairs.flatMap((pair) => {
      const ids = source.encode(pair.source);
      return targetsOf(pair).map((each) => ({
        pair,
        source: ids,
        target: withEnds(target.encode(each), ending(target)),
      }));
    });
  }

  /** Rows of like lengths together; those that are alike stay in the order in which they are. */
  #alike(rows: readonly Row[]): Row[][] {
    const { size, multiple } = this.#options;
    const rounded = ({ length }: Int32Array) => Math.ceil(length / multiple);
    const sorted = rows.toSorted(
      (one, other) => rounded(one.source) - rounded(other.source) || rounded(one.target) - rounded(other.target),
    );
    const count = Math.ceil(sorted.length / size);
    return Array.from({ length: count }, (_, n) => sorted.slice(n * size, (n + 1) * size));
  }

  #batchOf(rows: readonly Row[]): PairBatch {
    const { multiple } = this.#options;
    return {
      source: padSequences(
        rows.map(({ source }) => source),
        { multiple },
      ),
      target: padSequences(
        rows.map(({ target }) => target),
        { multiple },
      ),
      pairs: rows.map(({ pair }) => pair),
    };
  }
}

/** The end alone: a decoder is given the start by the model. */
const ending = ({ endId }: PairVocabularies["target"]) => ({ startId: undefined, endId });
