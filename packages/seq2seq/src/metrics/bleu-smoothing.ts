import { ValueError } from "@unroll/kernels";
import { clippedMatches } from "./ngrams";
import type { Symbols } from "./pairs";

export const BLEU_SMOOTHINGS = [
  "none", //    method 0: a precision of 0 makes the whole as good as 0
  "method1", // ε in place of no match
  "method2", // one more match and one more n-gram of every order above 1 (Lin & Och 2004)
  "method3", // 1/2ᵏ in place of the k-th order without a match (NIST)
  "method4", // the same, smaller for short sentences
  "method5", // the mean with the orders below and above
  "method6", // towards what the two orders below make expect
  "method7", // 4, then 5
] as const;

/** How `corpusBleu` mends precisions of 0, by the numbers of NLTK's SmoothingFunction; the titles are of Chen & Cherry (2014). */
export type BleuSmoothing = (typeof BLEU_SMOOTHINGS)[number];

/** A precision of one order: a fraction that is not reduced. */
export interface Precision {
  readonly numerator: number;
  readonly denominator: number;
}

export interface SmoothingInput {
  readonly precisions: readonly Precision[];
  /** Symbols of all hypotheses. */
  readonly hypothesisLength: number;
  /** The last sentence, which methods 5, 6 and 7 look at: they are meant for single sentences. */
  readonly hypothesis: Symbols;
  readonly references: readonly Symbols[];
}

/** The least positive number of float64 that is normal: its logarithm is there, and far below that of any precision. */
const TINY = 2 ** -1022;
/** NLTK's own constants. */
const [EPSILON, ALPHA, K] = [0.1, 5, 5];

/** Precisions of the orders 1, 2, …, as numbers, none of which is 0 unless the method leaves it so. */
export function smoothedPrecisions(method: BleuSmoothing, input: SmoothingInput): number[] {
  const { precisions } = input;
  const values = precisions.map(ratio);
  switch (method) {
    case "none":
      return values.map((value) => (value === 0 ? TINY : value));
    case "method1":
      return precisions.map(({ numerator, denominator }) => (numerator === 0 ? EPSILON : numerator) / denominator);
    case "method2":
      return precisions.map((p, i) => (i === 0 ? ratio(p) : (p.numerator + 1) / (p.denominator + 1)));
    case "method3":
      return geometric(precisions, (k) => 1 / 2 ** k);
    case "method4":
      return byLength(input);
    case "method5":
      return neighbours(values, input);
    case "method6":
      return interpolated(values, input);
    case "method7":
      return neighbours(byLength(input), input);
  }
}

const ratio = ({ numerator, denominator }: Precision): number => numerator / denominator;

/** The k-th order without a match counts `share(k)` of one. */
function geometric(precisions: readonly Precision[], share: (k: number) => number): number[] {
  let k = 0;
  return precisions.map((p) => (p.numerator === 0 ? share(++k) / p.denominator : ratio(p)));
}

function byLength({ precisions, hypothesisLength }: SmoothingInput): number[] {
  if (hypothesisLength <= 1) return precisions.map(ratio);
  return geometric(precisions, (k) => Math.log(hypothesisLength) / (2 ** k * K));
}

/** m_n = (m_{n−1} + p_n + p_{n+1})/3 with m_0 = p_1 + 1; the order past the last is that of 5-grams, whichever is last. */
function neighbours(values: readonly number[], { hypothesis, references }: SmoothingInput): number[] {
  const { matches, total } = clippedMatches(hypothesis, references, 5);
  const above = [...values, matches / Math.max(1, total)];
  let mean = (values[0] as number) + 1;
  return values.map((value, i) => {
    mean = (mean + value + (above[i + 1] as number)) / 3;
    return mean;
  });
}

/** p_n = (matches + α·p_{n−1}²/p_{n−2})/(n-grams + α) from order 3 on. */
function interpolated(values: readonly number[], { precisions, hypothesis }: SmoothingInput): number[] {
  if (values.length < 3 || values[2] === 0) {
    throw new ValueError({
      where: "corpusBleu",
      what: "the precision of trigrams",
      expected: "above 0 with method6",
      received: String(values[2] ?? "absent"),
      remedy: "The sentence is too short for it: take another smoothing, method4 for one.",
    });
  }
  const smoothed = values.slice(0, 2);
  for (const [i, { numerator }] of precisions.entries()) {
    if (i < 2) continue;
    const [below, twoBelow] = [smoothed[i - 1] as number, smoothed[i - 2] as number];
    const expected = twoBelow === 0 ? 0 : below ** 2 / twoBelow;
    smoothed.push((numerator + ALPHA * expected) / (Math.max(0, hypothesis.length - i) + ALPHA));
  }
  return smoothed;
}
