import { ShapeError } from "@unroll/kernels";
import { expectPairs, expectSentence, type Sentence } from "./pairs";

/**
 * The share of hypotheses that are their references, symbol by symbol, or character by character in texts: from 0 to 1.
 * @throws ShapeError if there are more or fewer hypotheses than references, or none, or a text stands beside a list
 * @param options there are none: whatever is given is refused
 * @throws ValueError if one of them is no sentence, or there are options
 */
export function exactMatch(
  hypotheses: readonly Sentence[],
  references: readonly Sentence[],
  options?: undefined,
): number {
  const where = "exactMatch";
  expectPairs(where, hypotheses, references, options);
  for (const [i, hypothesis] of hypotheses.entries()) {
    const reference = references[i];
    expectSentence(where, `hypotheses[${i}]`, hypothesis);
    expectSentence(where, `references[${i}]`, reference);
    if (typeof hypothesis === typeof reference) continue;
    const [expected, received] = typeof hypothesis === "string" ? ["a text", "a list"] : ["a list", "a text"];
    throw new ShapeError({
      where,
      what: `references[${i}]`,
      expected: `${expected}, as hypotheses[${i}] is,`,
      received,
      remedy: "Each hypothesis is compared with one reference, of the same form.",
    });
  }
  const hits = hypotheses.filter((hypothesis, i) => isSame(hypothesis, references[i] ?? []));
  return hits.length / hypotheses.length;
}

function isSame(a: Sentence, b: Sentence): boolean {
  if (typeof a === "string" || typeof b === "string") return a === b;
  return a.length === b.length && a.every((symbol, i) => symbol === b[i]);
}
