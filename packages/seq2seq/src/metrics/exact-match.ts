import { expectPairs, type Sentence } from "./pairs";

/**
 * The share of hypotheses that are their references, symbol by symbol, or character by character in texts: from 0 to 1.
 * @throws ShapeError if there are more or fewer hypotheses than references, or none
 */
export function exactMatch(hypotheses: readonly Sentence[], references: readonly Sentence[]): number {
  expectPairs("exactMatch", hypotheses, references);
  const hits = hypotheses.filter((hypothesis, i) => isSame(hypothesis, references[i] ?? []));
  return hits.length / hypotheses.length;
}

function isSame(a: Sentence, b: Sentence): boolean {
  if (typeof a === "string" || typeof b === "string") return a === b;
  return a.length === b.length && a.every((symbol, i) => symbol === b[i]);
}
