import { ShapeError, ValueError } from "@unroll/kernels";
import { expectKnown, expectOneOf } from "@unroll/nn";
import { BLEU_TOKENIZERS, type BleuTokenizer, bleuWords } from "./bleu-tokenizers";
import { brevityPenalty, closestReferenceLength } from "./brevity-penalty";
import { clippedMatches } from "./ngrams";
import { expectReferences } from "./pairs";

const SMOOTHINGS = ["exp", "floor", "add-k", "none"] as const;

/** How the score of statistics is made. */
export interface BleuScoreOptions {
  /**
   * What becomes of an order without a match: half, a quarter, … of one ("exp", the default), `smoothValue` of one
   * ("floor"), `smoothValue` more matches and n-grams of each order above 1 ("add-k"), or nothing ("none").
   */
  smoothing?: (typeof SMOOTHINGS)[number];
  /** For "floor" 0.1 by default, for "add-k" 1. */
  smoothValue?: number;
  /** Leaves out orders of which no hypothesis has an n-gram, as is right for single sentences; false by default. */
  effectiveOrder?: boolean;
}

export interface SacreBleuOptions extends BleuScoreOptions {
  /** "13a" by default. */
  tokenizer?: BleuTokenizer;
  /** false by default. */
  lowercase?: boolean;
  /** Longest n-grams that count; 4 by default. */
  maxOrder?: number;
}

/** What BLEU is computed from, summed over a corpus; orders from 1 on. */
export interface BleuStatistics {
  readonly correct: readonly number[];
  readonly total: readonly number[];
  readonly hypothesisLength: number;
  readonly referenceLength: number;
}

/** BLEU, and what it is made of. */
export interface BleuScore extends BleuStatistics {
  /** From 0 to 100. */
  readonly score: number;
  /** Of each order, from 0 to 100, smoothed. */
  readonly precisions: readonly number[];
  readonly brevityPenalty: number;
}

const SCORE_OPTIONS = ["smoothing", "smoothValue", "effectiveOrder"];

/** Stands for ln 0, as in sacreBLEU: the score is then 0. */
const LOG_ZERO = -9_999_999_999;

/**
 * BLEU as sacreBLEU (Post 2018) defines it, from 0 to 100: sentences as they were written, made into words in a fixed way, so
 * that numbers of different people compare.
 * @param hypotheses not tokenised
 * @param references for each hypothesis a list of references, not tokenised; where there is one each,
 *   `references.map((text) => [text])`
 * @throws ShapeError if a hypothesis has no list of references, or there are more or fewer hypotheses than lists
 * @throws ValueError if a sentence is no text, or an option is out of range
 */
export function sacreBleu(
  hypotheses: readonly string[],
  references: readonly (readonly string[])[],
  options: SacreBleuOptions = {},
): BleuScore {
  const where = "sacreBleu";
  expectKnown(where, options, ["tokenizer", "lowercase", "maxOrder", ...SCORE_OPTIONS]);
  const { tokenizer = "13a", lowercase = false, maxOrder = 4, ...scoring } = options;
  expectReferences(where, hypotheses, references, true);
  if (!(Number.isInteger(maxOrder) && maxOrder > 0)) {
    throw new ValueError({ where, what: "maxOrder", expected: "a positive whole number", received: String(maxOrder) });
  }
  expectOneOf(where, { tokenizer }, BLEU_TOKENIZERS);
  const wordsOf = (text: string): string[] => bleuWords(lowercase ? text.toLowerCase() : text, tokenizer);
  const correct = new Array<number>(maxOrder).fill(0);
  const total = new Array<number>(maxOrder).fill(0);
  let [hypothesisLength, referenceLength] = [0, 0];
  for (const [i, text] of hypotheses.entries()) {
    const hypothesis = wordsOf(text);
    const others = (references[i] ?? []).map(wordsOf);
    for (let n = 0; n < maxOrder; n++) {
      const counted = clippedMatches(hypothesis, others, n + 1);
      correct[n] = (correct[n] as number) + counted.matches;
      total[n] = (total[n] as number) + counted.total;
    }
    hypothesisLength += hypothesis.length;
    const lengths = others.map(({ length }) => length);
    referenceLength += closestReferenceLength(lengths, hypothesis.length);
  }
  return bleuFromStatistics({ correct, total, hypothesisLength, referenceLength }, scoring);
}

/**
 * The score of statistics that were summed over a corpus. Without any match it is 0, as are all precisions, as in sacreBLEU
 * from version 2 on; where `smoothValue` is given that smooths these orders too, as in all versions before.
 * @throws ShapeError if `correct` and `total` differ in length
 * @throws ValueError if there is no such smoothing, or `smoothValue` is negative or no number
 */
export function bleuFromStatistics(statistics: BleuStatistics, options: BleuScoreOptions = {}): BleuScore {
  const where = "bleuFromStatistics";
  expectKnown(where, options, SCORE_OPTIONS);
  const { smoothing = "exp", smoothValue, effectiveOrder = false } = options;
  const { hypothesisLength, referenceLength } = statistics;
  const orders = statistics.total.length;
  if (statistics.correct.length !== orders || orders === 0) {
    const expected = "as many numbers as total, at least one";
    throw new ShapeError({ where, what: "correct", expected, received: String(statistics.correct.length) });
  }
  expectOneOf(where, { smoothing }, SMOOTHINGS);
  const k = smoothValue ?? (smoothing === "floor" ? 0.1 : 1);
  if (!(k >= 0 && Number.isFinite(k))) {
    throw new ValueError({ where, what: "smoothValue", expected: "a finite number from 0", received: String(k) });
  }
  const penalty = brevityPenalty(referenceLength, hypothesisLength);
  const precisions = new Array<number>(orders).fill(0);
  const result = { ...statistics, precisions, brevityPenalty: penalty };
  if (smoothValue === undefined && !statistics.correct.some((count) => count > 0)) return { ...result, score: 0 };
  let halves = 1;
  let order = orders;
  for (const [i, count] of statistics.total.entries()) {
    const added = smoothing === "add-k" && i > 0 ? k : 0;
    const [correct, total] = [(statistics.correct[i] as number) + added, count + added];
    if (total === 0) break;
    if (effectiveOrder) order = i + 1;
    if (correct > 0) precisions[i] = (100 * correct) / total;
    else if (smoothing === "exp") {
      halves *= 2;
      precisions[i] = 100 / (halves * total);
    } else if (smoothing === "floor") precisions[i] = (100 * k) / total;
  }
  const used = precisions.slice(0, order);
  const mean = used.reduce((sum, p) => sum + (p === 0 ? LOG_ZERO : Math.log(p)), 0) / order;
  return { ...result, score: penalty * Math.exp(mean) };
}
