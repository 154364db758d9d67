import { expectWhole } from "../checks";
import { VocabularyError } from "../errors";

/** Which of the words or characters that occur are kept. */
export interface CutOptions {
  /** Entries that occur less often are left out; 1 when absent, which keeps all. */
  minCount?: number;
  /** The most entries kept, the most frequent ones; no bound when absent. Special entries do not count. */
  maxSize?: number;
}

/** Names of them. */
export const CUT_OPTIONS = ["minCount", "maxSize"];

/** How often each item occurs. */
export function countsOf(items: Iterable<string>, counts: Map<string, number> = new Map()): Map<string, number> {
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

/**
 * The entries that survive the cuts, the most frequent first; of those equally frequent, in the order of code points, so
 * that the result does not depend on the order of the texts.
 *
 * @throws VocabularyError if an option is not a whole number of at least 1, or nothing survives
 */
export function cut(
  where: string,
  counts: ReadonlyMap<string, number>,
  { minCount = 1, maxSize }: CutOptions,
): string[] {
  expectWhole(VocabularyError, where, { minCount, ...(maxSize === undefined ? {} : { maxSize }) });
  const frequent = [...counts].filter(([, count]) => count >= minCount);
  const kept = frequent.sort(([a, m], [b, n]) => n - m || compareCodePoints(a, b)).slice(0, maxSize);
  if (kept.length === 0 && counts.size > 0) {
    throw new VocabularyError({
      where,
      expected: `an entry that occurs at least ${minCount} times`,
      actual: `${counts.size} entries, none more than ${Math.max(...counts.values())} times`,
      remedy: "Lower minCount, or pass more text.",
    });
  }
  return kept.map(([item]) => item);
}

/** The order of code points, where comparing strings is the order of UTF-16 units. */
export function compareCodePoints(one: string, other: string): number {
  const [a, b] = [one[Symbol.iterator](), other[Symbol.iterator]()];
  for (;;) {
    const [x, y] = [a.next(), b.next()];
    if (x.done || y.done) return Number(y.done ?? false) - Number(x.done ?? false);
    const difference = (x.value.codePointAt(0) ?? 0) - (y.value.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
}
