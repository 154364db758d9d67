import { ValueError } from "@unroll/kernels";
import { expectKnown } from "@unroll/nn";
import { ngramCounts } from "./ngrams";
import { expectReferences } from "./pairs";
import { spacedWords } from "./white-space";

export interface ChrfOptions {
  /** Longest n-grams of characters; 6 by default. */
  characterOrder?: number;
  /** Longest n-grams of words; 0 by default, and 2 makes it chrF++ (Popović 2017). */
  wordOrder?: number;
  /** How many times as much recall counts as precision; 2 by default. */
  beta?: number;
  /** Whether spaces are characters too; false by default. */
  whitespace?: boolean;
  /** false by default. */
  lowercase?: boolean;
}

/** n-grams of one order: those of the hypothesis, of the reference, and of both. */
type Counts = readonly [hypothesis: number, reference: number, common: number];

/** Punctuation that chrF++ takes off a word's end, or else its beginning. */
const PUNCTUATION = new Set("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");

/**
 * chrF (Popović 2015) as sacreBLEU defines it, from 0 to 100: the F-score of n-grams of characters,
 *   (1 + β²)·P·R/(β²·P + R),   P and R the means of precision and recall over the orders that both sides have
 * It needs no words, so it suits languages that inflect, and scripts without spaces. Of several references the one that the
 * sentence does best with counts.
 * @param references for each hypothesis a list of references; where there is one each, `references.map((text) => [text])`
 * @throws ShapeError if a hypothesis has no list of references, or there are more or fewer hypotheses than lists
 * @throws ValueError if a sentence is no text, or an option is out of range
 */
export function chrf(
  hypotheses: readonly string[],
  references: readonly (readonly string[])[],
  options: ChrfOptions = {},
): number {
  const where = "chrf";
  expectKnown(where, options, ["characterOrder", "wordOrder", "beta", "whitespace", "lowercase"]);
  const { characterOrder = 6, wordOrder = 0, beta = 2 } = options;
  expectReferences(where, hypotheses, references, true);
  const bad = Object.entries({ characterOrder, wordOrder }).find(([, n]) => !(Number.isInteger(n) && n >= 0));
  if (bad || characterOrder + wordOrder === 0) {
    const [what, n] = bad ?? ["characterOrder", 0];
    throw new ValueError({ where, what, expected: "a whole number, not all of them 0", received: String(n) });
  }
  if (!(beta > 0 && Number.isFinite(beta))) {
    throw new ValueError({ where, what: "beta", expected: "a finite number above 0", received: String(beta) });
  }
  const orders = { characterOrder, wordOrder };
  const sums = Array.from({ length: characterOrder + wordOrder }, (): [number, number, number] => [0, 0, 0]);
  for (const [i, hypothesis] of hypotheses.entries()) {
    const candidates = (references[i] ?? []).map((reference) =>
      countsOf(hypothesis, reference, { ...options, ...orders }),
    );
    const best = candidates.reduce((a, b) => (score(b, beta) > score(a, beta) ? b : a));
    for (const [n, counts] of best.entries()) {
      const sum = sums[n] as [number, number, number];
      for (const [side, count] of counts.entries()) sum[side] = (sum[side] as number) + count;
    }
  }
  return score(sums, beta);
}

type Orders = ChrfOptions & { readonly characterOrder: number; readonly wordOrder: number };

function countsOf(hypothesis: string, reference: string, options: Orders): Counts[] {
  const { characterOrder, wordOrder, whitespace = false, lowercase = false } = options;
  const [ours, theirs] = [hypothesis, reference].map((text) => (lowercase ? text.toLowerCase() : text)) as [
    string,
    string,
  ];
  const characters = (text: string): string[] => Array.from(whitespace ? text : spacedWords(text).join(""));
  const [a, b] = [characters(ours), characters(theirs)];
  const [u, v] = [wordsOf(ours), wordsOf(theirs)];
  return [
    ...Array.from({ length: characterOrder }, (_, n) => common(ngramCounts(a, n + 1), ngramCounts(b, n + 1))),
    ...Array.from({ length: wordOrder }, (_, n) => common(ngramCounts(u, n + 1), ngramCounts(v, n + 1))),
  ];
}

function common(ours: ReadonlyMap<string, number>, theirs: ReadonlyMap<string, number>): Counts {
  const total = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((a, b) => a + b, 0);
  const both = [...ours].reduce((sum, [gram, count]) => sum + Math.min(count, theirs.get(gram) ?? 0), 0);
  return [theirs.size > 0 ? total(ours) : 0, total(theirs), both]; // as sacreBLEU: no order counts that a reference is too short for
}

function wordsOf(text: string): string[] {
  return spacedWords(text).flatMap((word) => {
    if (word.length < 2) return [word];
    if (PUNCTUATION.has(word.at(-1) as string)) return [word.slice(0, -1), word.slice(-1)];
    return PUNCTUATION.has(word.charAt(0)) ? [word.slice(0, 1), word.slice(1)] : [word];
  });
}

function score(counts: readonly Counts[], beta: number): number {
  const used = counts.filter(([hypothesis, reference]) => hypothesis > 0 && reference > 0);
  if (used.length === 0) return 0;
  const precision = used.reduce((sum, [hypothesis, , both]) => sum + both / hypothesis, 0) / used.length;
  const recall = used.reduce((sum, [, reference, both]) => sum + both / reference, 0) / used.length;
  if (precision + recall === 0) return 0;
  return (100 * (1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall);
}
