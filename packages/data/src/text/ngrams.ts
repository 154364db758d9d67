import { expectItems, expectList, expectOptions, expectWhole } from "../checks";
import { EncodingError } from "../errors";

/** The runs of n neighbours in a sequence of words, characters or ids; none if it is shorter. */
export function ngrams<Item>(items: readonly Item[], n: number): Item[][] {
  expectWhole(EncodingError, "ngrams", { n });
  expectList(EncodingError, "ngrams", { items });
  return Array.from({ length: Math.max(items.length - n + 1, 0) }, (_, at) => items.slice(at, at + n));
}

/** How often each run of 1 to n words occurs, and how likely a word is behind others. */
export class NgramCounts {
  /** The longest run counted. */
  readonly order: number;
  readonly #counts = new Map<string, number>();
  readonly #continuations = new Map<string, number>();
  readonly #words = new Set<string>();

  /** @param order the longest run to count, such as 3 for trigrams */
  constructor(order: number) {
    expectWhole(EncodingError, "NgramCounts", { order });
    this.order = order;
  }

  /** Counts the runs of some sequences; none reaches over the end of one. */
  add(sequences: Iterable<readonly string[]>): this {
    expectItems(EncodingError, "NgramCounts.add", { sequences });
    for (const items of sequences) {
      expectList(EncodingError, "NgramCounts.add", { "each sequence": items });
      for (const item of items) this.#words.add(item);
      for (let n = 1; n <= this.order; n++) {
        for (let at = 0; at + n <= items.length; at++) {
          increase(this.#counts, keyOf(items.slice(at, at + n)));
          increase(this.#continuations, keyOf(items.slice(at, at + n - 1)));
        }
      }
    }
    return this;
  }

  /** How often a run occurs; 0 for one that is longer than `order`. */
  count(run: readonly string[]): number {
    return this.#counts.get(keyOf(run)) ?? 0;
  }

  /** The runs of n words with their counts, the most frequent first; of those equally frequent, those met first. */
  list(n: number): { run: string[]; count: number }[] {
    const runs = Array.from(this.#counts, ([key, count]) => ({ run: wordsOf(key), count }));
    return runs.filter(({ run }) => run.length === n).sort((one, other) => other.count - one.count);
  }

  /**
   * P(word | history) with `add` added to every count (Laplace for 1): (count(history, word) + add) / (count(history, ·)
   * + add·V), over the V words that were counted. Of a history, the last `order` − 1 words are used.
   *
   * @returns from 0 to 1; 1/V for a history that did not occur, 0 there without smoothing
   */
  probability(word: string, history: readonly string[], options: { add?: number } = {}): number {
    expectOptions(EncodingError, "NgramCounts.probability", options, ["add"]);
    const { add = 0 } = options;
    expectList(EncodingError, "NgramCounts.probability", { history });
    const context = this.order === 1 ? [] : history.slice(1 - this.order);
    const total = (this.#continuations.get(keyOf(context)) ?? 0) + add * this.#words.size;
    return total === 0 ? 0 : (this.count([...context, word]) + add) / total;
  }
}

/** Words may hold any character, so they are told apart as JSON is. */
function keyOf(run: readonly string[]): string {
  return JSON.stringify(run);
}

function wordsOf(key: string): string[] {
  return JSON.parse(key) as string[]; // written by keyOf
}

function increase(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
