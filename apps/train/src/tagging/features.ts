import { type EntriesJSON, Vocabulary } from "@unroll/data";

/** What is looked at of a word, in this order. */
export const FEATURE_NAMES = ["word", "suffix3", "suffix2", "prefix3", "shape"] as const;

/** The features of a word as text: itself in lower case, how it ends and begins, and what kinds of signs it has. */
export function featuresOf(word: string): string[] {
  const lower = word.toLowerCase();
  const letters = [...lower];
  return [lower, letters.slice(-3).join(""), letters.slice(-2).join(""), letters.slice(0, 3).join(""), shapeOf(word)];
}

/** The kinds of signs in their order, repeated ones once: "Xx" for Word, "d-x" for 3-day. */
export function shapeOf(word: string): string {
  return word
    .replace(/\p{Lu}/gu, "X")
    .replace(/(?!X)\p{L}/gu, "x")
    .replace(/\p{N}/gu, "d")
    .replace(/(.)\1+/gu, "$1")
    .slice(0, 6);
}

/** A vocabulary for each feature, of those that occur twice or more; all else is unknown. */
export function featureVocabularies(sentences: Iterable<readonly string[]>): EntriesJSON[] {
  const counts = FEATURE_NAMES.map(() => new Map<string, number>());
  for (const words of sentences) {
    for (const word of words) {
      for (const [kind, feature] of featuresOf(word).entries()) {
        const of = counts[kind];
        of?.set(feature, (of.get(feature) ?? 0) + 1);
      }
    }
  }
  return counts.map((of) => Vocabulary.fromCounts(of, { pad: true, unknown: true, minCount: 2 }).toJSON());
}
