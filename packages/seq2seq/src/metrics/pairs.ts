import { ShapeError, ValueError } from "@unroll/kernels";
import { said } from "../said";

/** Words, phonemes, characters or any other symbols of one sentence; compared with `===`. */
export type Symbols = readonly (string | number)[];

/** A sentence as it was written, or as a list of symbols. A text is read by words, which spaces separate. */
export type Sentence = string | Symbols;

/** What a hypothesis is compared with: a text with sentences of either form, a list of symbols with such lists alone. */
export type ReferenceOf<Hypothesis extends Sentence> = Hypothesis extends string ? Sentence : Symbols;

/** The symbols of a sentence: of a text its words. */
export function symbolsOf(sentence: Sentence): Symbols {
  return typeof sentence === "string" ? sentence.split(/\s+/u).filter((word) => word !== "") : sentence;
}

const TEXT = "a text";
const SYMBOLS = "a list of symbols";
const EACH = "references.map((reference) => [reference])";
const LISTS = `Each hypothesis is compared with a list of references: pass ${EACH} where there is one each.`;
const LIST = "A hypothesis is compared with a list of references: pass [reference] where there is one.";

/**
 * @throws ShapeError unless there is one hypothesis for each (list of) reference, and at least one
 * @param options those of a metric that has none
 * @throws ValueError unless both are lists, or there are options
 */
export function expectPairs(
  where: string,
  hypotheses: readonly unknown[],
  references: readonly unknown[],
  options?: undefined,
): void {
  expectList(where, "hypotheses", hypotheses);
  expectList(where, "references", references);
  if (options !== undefined) {
    throw new ValueError({
      where,
      what: "options",
      expected: "left out, since there are none,",
      received: said(options),
    });
  }
  if (hypotheses.length === references.length && hypotheses.length > 0) return;
  if (references.length === 0 && hypotheses.length > 0) {
    const expected = `${hypotheses.length}, one per hypothesis`;
    throw new ShapeError({ where, what: "references", expected, received: "0", remedy: "Pass what was to be said." });
  }
  throw new ShapeError({
    where,
    what: "hypotheses",
    expected: references.length === 0 ? "at least one, with its references" : `${references.length}, one per reference`,
    received: String(hypotheses.length),
    remedy: "Pass an empty hypothesis where nothing was found.",
  });
}

/**
 * Checks hypotheses of which each is compared with a list of references.
 * @param textsOnly whether lists of symbols are refused
 * @throws ShapeError if they are not as many, a hypothesis has no reference, or what stands for its list of references is one
 * @throws ValueError if one of them is no sentence
 */
export function expectReferences(
  where: string,
  hypotheses: readonly unknown[],
  references: readonly unknown[],
  textsOnly = false,
): void {
  expectPairs(where, hypotheses, references);
  for (const [i, hypothesis] of hypotheses.entries()) {
    const names = { of: `hypotheses[${i}]`, list: `references[${i}]`, remedy: LISTS };
    expectReferencesOf(where, hypothesis, references[i], names, textsOnly);
  }
}

/** The same of one hypothesis, by the names that errors give it. */
export function expectReferencesOf(
  where: string,
  hypothesis: unknown,
  references: unknown,
  names = { of: "hypothesis", list: "references", remedy: LIST },
  textsOnly = false,
): void {
  const { of, list, remedy } = names;
  expectSentence(where, of, hypothesis, textsOnly);
  if (typeof references === "string") {
    throw new ShapeError({ where, what: list, expected: "a list of references", received: said(references), remedy });
  }
  expectList(where, list, references);
  if (references.length === 0) {
    throw new ShapeError({ where, what: list, expected: "a list of at least one sentence", received: "empty", remedy });
  }
  for (const [j, reference] of references.entries()) {
    const what = `${list}[${j}]`;
    if (typeof hypothesis !== "string" && (typeof reference === "string" || typeof reference === "number")) {
      const expected = `${SYMBOLS}, as ${of} is,`;
      throw new ShapeError({ where, what, expected, received: said(reference), remedy });
    }
    expectSentence(where, what, reference, textsOnly);
  }
}

/** @throws ValueError unless a value is a text or, where they are not refused, a list of symbols */
export function expectSentence(where: string, what: string, sentence: unknown, textsOnly = false): void {
  if (typeof sentence === "string") return;
  if (textsOnly) {
    const remedy = Array.isArray(sentence) ? 'Join its words: words.join(" ").' : remedyFor(sentence);
    throw new ValueError({ where, what, expected: TEXT, received: said(sentence), remedy });
  }
  if (!Array.isArray(sentence)) {
    const expected = `${TEXT} or ${SYMBOLS}`;
    throw new ValueError({ where, what, expected, received: said(sentence), remedy: remedyFor(sentence) });
  }
  const other = sentence.find((symbol) => typeof symbol !== "string" && typeof symbol !== "number");
  if (other === undefined && !sentence.includes(undefined)) return;
  throw new ValueError({ where, what, expected: "of texts or numbers", received: `with ${said(other)} in it` });
}

function expectList(where: string, what: string, value: unknown): asserts value is readonly unknown[] {
  if (Array.isArray(value)) return;
  throw new ValueError({ where, what, expected: "a list", received: said(value), remedy: remedyFor(value) });
}

/** What to do about a value that should be a list, or a text. */
function remedyFor(value: unknown): string | undefined {
  if (value instanceof Promise) return "Await it.";
  return ArrayBuffer.isView(value) ? "Make a list of it with Array.from." : undefined;
}
