import { ShapeError, ValueError } from "@unroll/kernels";

/** Words, phonemes, characters or any other symbols of one sentence; compared with `===`. */
export type Symbols = readonly (string | number)[];

/** A sentence as it was written, or as a list of symbols. A text is read by words, which spaces separate. */
export type Sentence = string | Symbols;

/** The symbols of a sentence: of a text its words. */
export function symbolsOf(sentence: Sentence): Symbols {
  return typeof sentence === "string" ? sentence.split(/\s+/u).filter((word) => word !== "") : sentence;
}

/** @throws ShapeError unless there is one hypothesis for each (list of) reference, and at least one */
export function expectPairs(where: string, hypotheses: readonly unknown[], references: readonly unknown[]): void {
  if (hypotheses.length === references.length && hypotheses.length > 0) return;
  throw new ShapeError({
    where,
    what: "hypotheses",
    expected: references.length === 0 ? "at least one, with its references" : `${references.length}, one per reference`,
    received: String(hypotheses.length),
    remedy: "Pass an empty hypothesis where nothing was found.",
  });
}

/** @throws ShapeError if a sentence has no reference */
export function expectReferences(where: string, references: readonly (readonly unknown[])[]): void {
  const missing = references.findIndex((each) => each.length === 0);
  if (missing < 0) return;
  throw new ShapeError({
    where,
    what: `references[${missing}]`,
    expected: "a list of at least one sentence",
    received: "empty",
    remedy: "Each hypothesis is compared with a list of references: [[reference], …] where there is one each.",
  });
}

/** @throws ValueError if an option is none of the words that it may be */
export function expectOneOf(where: string, options: Readonly<Record<string, string>>, words: readonly string[]): void {
  for (const [what, word] of Object.entries(options)) {
    if (words.includes(word)) continue;
    throw new ValueError({ where, what, expected: `one of ${words.join(", ")}`, received: String(word) });
  }
}
