import { splitWords } from "@unroll/data";

/** T, the most words of a sentence. */
export const LONGEST = 16;

/** The words of what somebody typed. A comma is one, as it divides clauses; other punctuation is left out. */
export function wordsOf(text: string): string[] {
  return splitWords(text, { lowerCase: true }).filter((word) => word === "," || !/^\p{P}+$/u.test(word));
}
