import { ValueError } from "@unroll/kernels";
import { expectKnown } from "@unroll/nn";
import { expectReferences, type ReferenceOf, type Sentence, type Symbols, symbolsOf } from "./pairs";

export interface RougeOptions {
  /** How many times as much recall counts as precision; 1 by default. */
  beta?: number;
}

/** Precision, recall and F, each from 0 to 1. */
export interface RougeScore {
  readonly precision: number;
  readonly recall: number;
  readonly f: number;
}

/**
 * ROUGE-L (Lin 2004, section 3): how much of a sentence is a subsequence of its reference, which need not be in one piece:
 *   P = LCS/|hypothesis|,   R = LCS/|reference|,   F = (1 + β²)·P·R/(R + β²·P)
 * from 0 to 1, the means over the sentences; of several references the one of the highest F. Texts are read by words.
 * @param references for each hypothesis a list of references; where there is one each, `references.map((each) => [each])`
 * @throws ShapeError if a hypothesis has no list of references, or there are more or fewer hypotheses than lists
 * @throws ValueError if β is not above 0
 */
export function rougeL<Hypothesis extends Sentence>(
  hypotheses: readonly Hypothesis[],
  references: readonly (readonly ReferenceOf<Hypothesis>[])[],
  options: RougeOptions = {},
): RougeScore {
  const where = "rougeL";
  expectKnown(where, options, ["beta"]);
  const { beta = 1 } = options;
  expectReferences(where, hypotheses, references);
  if (!(beta > 0 && Number.isFinite(beta))) {
    throw new ValueError({ where, what: "beta", expected: "a finite number above 0", received: String(beta) });
  }
  const scores = hypotheses.map((hypothesis, i) =>
    (references[i] ?? [])
      .map((reference) => scoreOf(symbolsOf(hypothesis), symbolsOf(reference), beta))
      .reduce((best, other) => (other.f > best.f ? other : best)),
  );
  const mean = (part: keyof RougeScore): number => scores.reduce((sum, each) => sum + each[part], 0) / scores.length;
  return { precision: mean("precision"), recall: mean("recall"), f: mean("f") };
}

function scoreOf(hypothesis: Symbols, reference: Symbols, beta: number): RougeScore {
  const common = longestCommonSubsequence(hypothesis, reference);
  if (common === 0) return { precision: 0, recall: 0, f: 0 };
  const [precision, recall] = [common / hypothesis.length, common / reference.length];
  return { precision, recall, f: ((1 + beta ** 2) * precision * recall) / (recall + beta ** 2 * precision) };
}

/** L(i, j) = L(i−1, j−1) + 1 where aᵢ = bⱼ, else the larger of L(i−1, j) and L(i, j−1), a row at a time. */
function longestCommonSubsequence(a: Symbols, b: Symbols): number {
  let above = new Array<number>(b.length + 1).fill(0);
  for (const symbol of a) {
    const row = [0];
    for (const [j, other] of b.entries()) {
      row.push(symbol === other ? (above[j] as number) + 1 : Math.max(above[j + 1] as number, row[j] as number));
    }
    above = row;
  }
  return above[b.length] as number;
}
