import { ShapeError, ValueError } from "@unroll/kernels";
import { expectPairs, expectSentence, type Sentence, type Symbols, symbolsOf } from "./pairs";

/** What has to be done to hypotheses to make their references of them, in symbols. */
export interface ErrorCounts {
  /** (substitutions + deletions + insertions)/length. */
  readonly rate: number;
  readonly substitutions: number;
  /** Symbols of the reference that are missing. */
  readonly deletions: number;
  /** Symbols too many. */
  readonly insertions: number;
  /** Symbols of the references. */
  readonly length: number;
}

/**
 * Word error rate: the fewest words to put in, leave out or replace (Levenshtein 1966), over the words of the references.
 * Texts are read by words, which spaces separate; lists are taken as they are. It may exceed 1.
 * @param options there are none: whatever is given is refused
 * @throws ShapeError if there are more or fewer hypotheses than references, or lists of texts for references
 * @throws ValueError if one is no sentence, all references are empty, or there are options
 */
export function wordErrorRate(
  hypotheses: readonly Sentence[],
  references: readonly Sentence[],
  options?: undefined,
): ErrorCounts {
  return errorCounts("wordErrorRate", hypotheses, references, options);
}

/**
 * Phoneme error rate: as `wordErrorRate`, of lists of phonemes, or texts of phonemes with spaces between them. With
 * several pronunciations to a word the one that the hypothesis is nearest to counts.
 * @param references the phonemes of each word, or a list of such lists: all its pronunciations
 * @param options there are none: whatever is given is refused
 * @throws ShapeError if there are more or fewer hypotheses than references, or lists of texts for references
 * @throws ValueError if one is no sentence, all references are empty, or there are options
 */
export function phonemeErrorRate(
  hypotheses: readonly Sentence[],
  references: readonly (Sentence | readonly Symbols[])[],
  options?: undefined,
): ErrorCounts {
  return errorCounts("phonemeErrorRate", hypotheses, references, options);
}

type Edits = { readonly substitutions: number; readonly deletions: number; readonly insertions: number };

function errorCounts(
  where: string,
  hypotheses: readonly Sentence[],
  references: readonly (Sentence | readonly Symbols[])[],
  options: undefined,
): ErrorCounts {
  expectPairs(where, hypotheses, references, options);
  for (const [i, hypothesis] of hypotheses.entries()) expectPair(where, i, hypothesis, references[i]);
  const sums = { substitutions: 0, deletions: 0, insertions: 0, length: 0 };
  for (const [i, hypothesis] of hypotheses.entries()) {
    const choices = alternatives(references[i] ?? []);
    const counted = choices.map((reference) => ({
      ...editsBetween(symbolsOf(hypothesis), reference),
      length: reference.length,
    }));
    const nearest = counted.reduce((best, other) => (rateOf(other) < rateOf(best) ? other : best));
    for (const key of ["substitutions", "deletions", "insertions", "length"] as const) sums[key] += nearest[key];
  }
  if (sums.length === 0) {
    throw new ValueError({
      where,
      what: "references",
      expected: "at least one with a symbol",
      received: "empty, all of them",
      remedy: "Leave empty references out, or count hypotheses that are not empty.",
    });
  }
  return { ...sums, rate: rateOf(sums) };
}

const countOf = ({ substitutions, deletions, insertions }: Edits): number => substitutions + deletions + insertions;

const rateOf = (edits: Edits & { readonly length: number }): number => countOf(edits) / Math.max(1, edits.length);

/** One list of symbols, or each of several. */
function alternatives(reference: Sentence | readonly Symbols[]): readonly Symbols[] {
  if (typeof reference === "string") return [symbolsOf(reference)];
  return isListOfLists(reference) ? reference : [reference];
}

const isListOfLists = (reference: Symbols | readonly Symbols[]): reference is readonly Symbols[] =>
  Array.isArray(reference[0]);

/** @throws ValueError if one is no sentence; ShapeError if a list of texts stands where one reference should */
function expectPair(where: string, i: number, hypothesis: unknown, reference: unknown): void {
  expectSentence(where, `hypotheses[${i}]`, hypothesis);
  const what = `references[${i}]`;
  const isList = Array.isArray(reference);
  if (isList && Array.isArray(reference[0])) {
    for (const [j, each] of reference.entries()) expectSentence(where, `${what}[${j}]`, each);
    return;
  }
  expectSentence(where, what, reference);
  if (!isList || typeof hypothesis !== "string" || !reference.some((each) => /\s/u.test(String(each)))) return;
  throw new ShapeError({
    where,
    what,
    expected: "one text, or a list of symbols without spaces, since the hypothesis is read by words,",
    received: "a list of texts",
    remedy: "Each hypothesis is compared with one reference, not with a list of them.",
  });
}

/** The fewest edits; of equally few those that put the most symbols in another's place. */
function editsBetween(hypothesis: Symbols, reference: Symbols): Edits {
  let above: Edits[] = Array.from({ length: reference.length + 1 }, (_, j) => ({ ...NONE, deletions: j }));
  for (const [i, symbol] of hypothesis.entries()) {
    const row: Edits[] = [{ ...NONE, insertions: i + 1 }];
    for (const [j, other] of reference.entries()) {
      const diagonal = above[j] as Edits;
      const put = symbol === other ? diagonal : { ...diagonal, substitutions: diagonal.substitutions + 1 };
      const over = above[j + 1] as Edits;
      const left = row[j] as Edits;
      const longer = { ...over, insertions: over.insertions + 1 };
      const shorter = { ...left, deletions: left.deletions + 1 };
      row.push(better(better(put, longer), shorter));
    }
    above = row;
  }
  return above[reference.length] as Edits;
}

/** The fewer edits, or of equally few those with more substitutions. */
function better(one: Edits, other: Edits): Edits {
  const more = countOf(other) - countOf(one);
  return more < 0 || (more === 0 && other.substitutions > one.substitutions) ? other : one;
}

const NONE: Edits = { substitutions: 0, deletions: 0, insertions: 0 };
