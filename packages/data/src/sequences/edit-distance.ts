import { expectList, expectNoOptions, expectOptions } from "../checks";
import { MetricError } from "../errors";

/** A text, read by characters (code points), or a list of words, labels or the like, compared with `===`. */
export type Sequence = string | ArrayLike<string | number>;

export interface EditDistanceOptions {
  /** What it costs to put one symbol in another's place, beside 1 for leaving out or putting in; 1 by default. */
  substitutionCost?: number;
  /** Whether two neighbouring symbols may change places at a cost of 1, also with edits between them; false by default. */
  transpositions?: boolean;
}

/**
 * The least cost of the edits that make `b` out of `a`: symbols left out, put in or put in another's place (Levenshtein
 * 1966), with `transpositions` also turned round (Damerau 1964, without restriction: Lowrance & Wagner 1975). It takes
 * |a|·|b| steps; memory of two rows, or with transpositions of all.
 * @throws MetricError if the cost is negative or no number
 */
export function editDistance(a: Sequence, b: Sequence, options: EditDistanceOptions = {}): number {
  expectOptions(MetricError, "editDistance", options, ["substitutionCost", "transpositions"]);
  const { substitutionCost = 1, transpositions = false } = options;
  if (!(substitutionCost >= 0 && Number.isFinite(substitutionCost))) {
    throw new MetricError({
      where: "editDistance",
      expected: "a substitutionCost that is a finite number, at least 0",
      actual: String(substitutionCost),
      remedy: "Leave it out for 1.",
    });
  }
  expectSequences("editDistance", { a, b });
  const [from, to] = [symbolsOf(a), symbolsOf(b)];
  return transpositions ? damerau(from, to, substitutionCost) : levenshtein(from, to, substitutionCost);
}

/**
 * Errors per symbol of what should have come: Σ editDistance / Σ length of the references. Of texts it is the character
 * error rate, of lists of words the word error rate, of lists of labels the label error rate. It may exceed 1.
 * @param options there are none: whatever is given is refused
 * @throws MetricError if there is not one hypothesis for each reference, or no reference has a symbol
 */
export function errorRate(
  references: readonly Sequence[],
  hypotheses: readonly Sequence[],
  options?: undefined,
): number {
  const where = "errorRate";
  expectNoOptions(MetricError, where, options);
  expectList(MetricError, where, { references, hypotheses });
  if (references.length !== hypotheses.length) {
    throw new MetricError({
      where,
      expected: `a hypothesis for each of ${references.length} references`,
      actual: String(hypotheses.length),
      remedy: "Pass an empty one where nothing was recognised.",
    });
  }
  for (const [n, reference] of references.entries()) {
    expectSequences(where, { [`reference ${n}`]: reference, [`hypothesis ${n}`]: hypotheses[n] });
  }
  const total = references.reduce((sum, reference) => sum + symbolsOf(reference).length, 0);
  if (total === 0) {
    throw new MetricError({
      where,
      expected: "a reference with a symbol",
      actual: `${references.length} empty ones`,
      remedy: "Leave empty references out, or count hypotheses that are not empty.",
    });
  }
  const edits = references.reduce((sum, reference, n) => sum + editDistance(reference, hypotheses[n] ?? ""), 0);
  return edits / total;
}

function expectSequences(where: string, named: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(named)) {
    if (typeof value !== "string") expectList(MetricError, where, { [name]: value });
  }
}

type Symbols = readonly (string | number)[];

const symbolsOf = (sequence: Sequence): Symbols => Array.from<string | number>(sequence);

/** d(i, j) = min(d(i−1, j) + 1, d(i, j−1) + 1, d(i−1, j−1) + [aᵢ ≠ bⱼ]·cost), a row at a time. */
function levenshtein(a: Symbols, b: Symbols, cost: number): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, symbol] of a.entries()) {
    const row = [i + 1];
    for (const [j, other] of b.entries()) {
      const put = (above[j] as number) + (symbol === other ? 0 : cost);
      row.push(Math.min((above[j + 1] as number) + 1, (row[j] as number) + 1, put));
    }
    above = row;
  }
  return above[b.length] as number;
}

/**
 * As above, and d(k−1, l−1) + (i − k − 1) + 1 + (j − l − 1) for the last k < i with a_k = b_j and the last l < j with
 * b_l = a_i: what stands between the two is left out and put in.
 */
function damerau(a: Symbols, b: Symbols, cost: number): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const lastRow = new Map<string | number, number>();
  for (const [i, symbol] of a.entries()) {
    const above = rows[i] as number[];
    const row = [i + 1];
    let lastColumn = 0; // 1 + the last place before j of this row's symbol in b
    for (const [j, other] of b.entries()) {
      const k = lastRow.get(other) ?? 0;
      const swapped =
        k > 0 && lastColumn > 0 ? (rows[k - 1]?.[lastColumn - 1] as number) + i - k + 1 + j - lastColumn : Infinity;
      const put = (above[j] as number) + (symbol === other ? 0 : cost);
      row.push(Math.min((above[j + 1] as number) + 1, (row[j] as number) + 1, put, swapped));
      if (symbol === other) lastColumn = j + 1;
    }
    lastRow.set(symbol, i + 1);
    rows.push(row);
  }
  return rows[a.length]?.[b.length] as number;
}
