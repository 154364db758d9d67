import { ValueError } from "@unroll/kernels";
import { expectKnown, expectOneOf } from "@unroll/nn";
import { BLEU_SMOOTHINGS, type BleuSmoothing, type Precision, smoothedPrecisions } from "./bleu-smoothing";
import { brevityPenalty, closestReferenceLength } from "./brevity-penalty";
import { clippedMatches } from "./ngrams";
import {
  expectReferences,
  expectReferencesOf,
  type ReferenceOf,
  type Sentence,
  type Symbols,
  symbolsOf,
} from "./pairs";

export interface BleuOptions {
  /** Of the orders 1, 2, …, in the geometric mean; a quarter each of four by default. */
  weights?: readonly number[];
  /** What becomes of orders without a match; "none" by default. */
  smoothing?: BleuSmoothing;
  /** Whether hypotheses of fewer than four symbols in all are judged by as many orders as they have; false by default. */
  autoReweigh?: boolean;
}

/**
 * Modified n-gram precision (Papineni et al. 2002): n-grams of the hypothesis that a reference has too, each at most as
 * often as in the reference that has it most, over all of its n-grams, counted as 1 where there are none.
 * @throws ValueError if n is no positive whole number
 * @throws ShapeError if there is no reference, or one stands where a list of them should
 */
export function modifiedPrecision<Hypothesis extends Sentence>(
  hypothesis: Hypothesis,
  references: readonly ReferenceOf<Hypothesis>[],
  n: number,
): Precision {
  const where = "modifiedPrecision";
  if (!(Number.isInteger(n) && n > 0)) {
    throw new ValueError({ where, what: "n", expected: "a positive whole number", received: String(n) });
  }
  expectReferencesOf(where, hypothesis, references);
  return precisionOf(symbolsOf(hypothesis), references.map(symbolsOf), n);
}

function precisionOf(hypothesis: Symbols, references: readonly Symbols[], n: number): Precision {
  const { matches, total } = clippedMatches(hypothesis, references, n);
  return { numerator: matches, denominator: Math.max(1, total) };
}

/**
 * BLEU of a corpus (Papineni et al. 2002), as NLTK defines it, from 0 to 1:
 *   BP·exp(Σ wₙ ln pₙ),   pₙ the matches of all sentences over their n-grams, each sentence counting at least one n-gram
 * Texts are read by words, which spaces separate: tokenise before. For numbers to compare with published ones take
 * `sacreBleu`.
 * @param references for each hypothesis a list of references; where there is one each, `references.map((each) => [each])`
 * @throws ShapeError if a hypothesis has no list of references, or there are more or fewer hypotheses than lists
 * @throws ValueError if a weight is no finite number, or the smoothing is none or cannot be applied
 */
export function corpusBleu<Hypothesis extends Sentence>(
  hypotheses: readonly Hypothesis[],
  references: readonly (readonly ReferenceOf<Hypothesis>[])[],
  options: BleuOptions = {},
): number {
  expectReferences("corpusBleu", hypotheses, references);
  return bleu("corpusBleu", hypotheses, references, options);
}

/** BLEU of one sentence: `corpusBleu` of a corpus of it alone. Smooth it, unless it is long. */
export function sentenceBleu<Hypothesis extends Sentence>(
  hypothesis: Hypothesis,
  references: readonly ReferenceOf<Hypothesis>[],
  options: BleuOptions = {},
): number {
  expectReferencesOf("sentenceBleu", hypothesis, references);
  return bleu("sentenceBleu", [hypothesis], [references], options);
}

function bleu(
  where: string,
  hypotheses: readonly Sentence[],
  references: readonly (readonly Sentence[])[],
  options: BleuOptions,
): number {
  expectKnown(where, options, ["weights", "smoothing", "autoReweigh"]);
  const { weights = [0.25, 0.25, 0.25, 0.25], smoothing = "none", autoReweigh = false } = options;
  expectWeights(where, weights);
  expectOneOf(where, { smoothing }, BLEU_SMOOTHINGS);
  const pairs = hypotheses.map((hypothesis, i) => ({
    hypothesis: symbolsOf(hypothesis),
    references: (references[i] ?? []).map(symbolsOf),
  }));
  let [hypothesisLength, referenceLength] = [0, 0];
  const sums = weights.map(() => ({ numerator: 0, denominator: 0 }));
  for (const pair of pairs) {
    for (const [i, sum] of sums.entries()) {
      const { numerator, denominator } = precisionOf(pair.hypothesis, pair.references, i + 1);
      sum.numerator += numerator;
      sum.denominator += denominator;
    }
    hypothesisLength += pair.hypothesis.length;
    const lengths = pair.references.map(({ length }) => length);
    referenceLength += closestReferenceLength(lengths, pair.hypothesis.length);
  }
  const last = pairs.at(-1);
  if (!last || sums[0]?.numerator === 0) return 0; // without a common symbol there is no common n-gram either
  const precisions = smoothedPrecisions(smoothing, { precisions: sums, hypothesisLength, ...last });
  const isShort = autoReweigh && hypothesisLength < 4 && weights.length === 4 && weights.every((w) => w === 0.25);
  const used = isShort ? Array.from({ length: hypothesisLength }, () => 1 / hypothesisLength) : weights;
  const terms = used.map((weight, i) => {
    const p = precisions[i] as number;
    return p > 0 ? weight * Math.log(p) : 0;
  });
  const penalty = brevityPenalty(referenceLength, hypothesisLength);
  return penalty * Math.exp(terms.reduce((sum, term) => sum + term, 0));
}

function expectWeights(where: string, weights: readonly number[]): void {
  if (weights.length > 0 && weights.every(Number.isFinite)) return;
  throw new ValueError({
    where,
    what: "weights",
    expected: "at least one finite number, that of unigrams first",
    received: `[${weights.join(", ")}]`,
  });
}
