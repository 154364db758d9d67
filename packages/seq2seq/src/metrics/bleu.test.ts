import { describe, expect, test } from "vitest";
import {
  type BleuSmoothing,
  type BleuTokenizer,
  bleuFromStatistics,
  brevityPenalty,
  closestReferenceLength,
  corpusBleu,
  modifiedPrecision,
  sacreBleu,
  sentenceBleu,
} from "..";

describe("corpusBleu", () => {
  // a b c d e f against a b c d x y: 4 of 6, 3 of 5, 2 of 4, 1 of 3
  const [hypothesis, reference] = ["a b c d e f", "a b c d x y"];

  test("is the geometric mean of the precisions", () => {
    expect(sentenceBleu(hypothesis, [reference])).toBeCloseTo((4 / 6 / 5 / 4) ** 0.25 * (3 * 2 * (1 / 3)) ** 0.25, 12);
    expect(sentenceBleu(hypothesis, [reference], { weights: [0.5, 0.5] })).toBeCloseTo(
      Math.sqrt((4 / 6) * (3 / 5)),
      12,
    );
    expect(sentenceBleu(hypothesis.split(" "), [reference.split(" ")])).toBe(sentenceBleu(hypothesis, [reference]));
  });

  test("sums matches over the corpus, not scores", () => {
    const both = corpusBleu(["a b c d", "e f g h"], [["a b c d"], ["e f g x"]], { weights: [0, 1] });
    expect(both).toBeCloseTo((3 + 2) / (3 + 3), 12);
  });

  test("is as good as 0 where an order has no match, and 0 where no word is common", () => {
    expect(sentenceBleu("a b", ["a b"])).toBeLessThan(1e-100);
    expect(sentenceBleu("a b", ["a b"])).toBeGreaterThan(0);
    expect(sentenceBleu("a b", ["c d"])).toBe(0);
    expect(sentenceBleu("", ["c d"])).toBe(0);
    expect(sentenceBleu("a b", ["a b"], { autoReweigh: true })).toBe(1);
  });

  // p = 3/4, 2/3, 0/2, 0/1 of a b c x against a b c d e: worked out by the formulas of Chen & Cherry's paper
  test.each<{ smoothing: BleuSmoothing; p: number[] }>([
    { smoothing: "method1", p: [3 / 4, 2 / 3, 1 / 2, 0.1] },
    { smoothing: "method2", p: [3 / 4, 3 / 4, 2 / 3, 1 / 2] },
    { smoothing: "method3", p: [3 / 4, 2 / 3, 1 / 2, 1 / 2] },
    { smoothing: "method4", p: [3 / 4, 2 / 3, 1 / 2, Math.log(4) / 10] },
    { smoothing: "method5", p: means([3 / 4, 2 / 3, 1 / 2, 0, 0]) },
    { smoothing: "method6", p: expectations([3 / 4, 2 / 3], [1, 0], [2, 1]) },
    { smoothing: "method7", p: means([3 / 4, 2 / 3, 1 / 2, Math.log(4) / 10, 0]) },
  ])("$smoothing", ({ smoothing, p }) => {
    const mean = Math.exp(p.reduce((sum, each) => sum + Math.log(each) / 4, 0));
    expect(sentenceBleu("a b c x", ["a b c d e"], { smoothing })).toBeCloseTo(Math.exp(1 - 5 / 4) * mean, 12);
  });

  test("says what is wrong", () => {
    expect(() => corpusBleu(["a"], [["a"]], { smoothing: "floor" as "none" })).toThrow(
      "smoothing should be none or method1 or",
    );
    expect(() => corpusBleu(["a"], [])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: corpusBleu: references should be 1, one per hypothesis but is 0. Pass what was to be said.]`,
    );
    expect(() => corpusBleu(["a"], [[]])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: corpusBleu: references[0] should be a list of at least one sentence but is empty. Each hypothesis is compared with a list of references: pass references.map((reference) => [reference]) where there is one each.]`,
    );
    expect(() => corpusBleu(["a"], [["a"]], { weights: [] })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: corpusBleu: weights should be at least one finite number, that of unigrams first but is [].]`,
    );
    expect(() => sentenceBleu("a b", ["a b"], { smoothing: "method6" })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: corpusBleu: the precision of trigrams should be above 0 with method6 but is 0. The sentence is too short for it: take another smoothing, method4 for one.]`,
    );
    expect(() => modifiedPrecision("a", ["a"], 0)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: modifiedPrecision: n should be a positive whole number but is 0.]`,
    );
  });
});

/** m_n = (m_{n−1} + p_n + p_{n+1})/3, m_0 = p_1 + 1 */
function means(p: readonly number[]): number[] {
  let m = (p[0] as number) + 1;
  return p.slice(0, -1).map((each, n) => {
    m = (m + each + (p[n + 1] as number)) / 3;
    return m;
  });
}

/** p_n = (matches + 5·p_{n−1}²/p_{n−2})/(n-grams + 5) */
function expectations(p: readonly number[], matches: readonly number[], grams: readonly number[]): number[] {
  const all = [...p];
  for (const [n, count] of matches.entries()) {
    const [two, one] = all.slice(-2) as [number, number];
    all.push((count + (5 * one ** 2) / two) / ((grams[n] as number) + 5));
  }
  return all;
}

test("of references the one that is closest in length counts, the shorter at a tie", () => {
  expect(closestReferenceLength([13, 11], 12)).toBe(11);
  expect(closestReferenceLength([11, 13, 12], 12)).toBe(12);
  expect(closestReferenceLength([2, 13], 12)).toBe(13);
  expect(brevityPenalty(12, 12)).toBe(1);
  expect(brevityPenalty(13, 12)).toBeCloseTo(Math.exp(-1 / 12), 15);
  expect(brevityPenalty(3, 0)).toBe(0);
  expect(() => closestReferenceLength([], 1)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: closestReferenceLength: referenceLengths should be at least one but is empty.]`,
  );
});

test("an n-gram counts at most as often as in the reference that has it most", () => {
  expect(modifiedPrecision("the the the the", ["the cat", "the the mat"], 1)).toEqual({ numerator: 2, denominator: 4 });
  expect(modifiedPrecision("a", ["a"], 2)).toEqual({ numerator: 0, denominator: 1 });
});

describe("sacreBleu", () => {
  test("makes words before it counts", () => {
    const { score, hypothesisLength, correct, total } = sacreBleu(["Hello, world."], [["Hello, world."]]);
    expect({ score: Math.round(score * 1e9) / 1e9, hypothesisLength }).toEqual({ score: 100, hypothesisLength: 4 });
    expect([correct, total]).toEqual([
      [4, 3, 2, 1],
      [4, 3, 2, 1],
    ]);
  });

  test.each([
    { tokenizer: "none", words: ["It", "costs", "$1,000.5", "&quot;ok&quot;", "3-4."] },
    { tokenizer: "13a", words: ["It", "costs", "$", "1,000.5", '"', "ok", '"', "3", "-", "4", "."] },
    { tokenizer: "intl", words: ["It", "costs", "$", "1,000.5", "&", "quot", ";", "ok", "&", "quot", ";", "3-4."] },
    { tokenizer: "char", words: [..."Itcosts$1,000.5&quot;ok&quot;3-4."] },
  ] as const)("words by $tokenizer", ({ tokenizer, words }) => {
    const text = "It costs $1,000.5 &quot;ok&quot; 3-4.";
    const same = sacreBleu([text], [[words.join(" ")]], { tokenizer: "none", smoothing: "none" });
    const { score, hypothesisLength } = sacreBleu([text], [[text]], { tokenizer });
    expect(hypothesisLength).toBe(words.length);
    expect(score).toBeCloseTo(100, 9);
    if (tokenizer === "none") expect(same.score).toBeCloseTo(100, 9);
    else expect(same.score).toBeLessThan(50);
  });

  test.each([
    { tokenizer: "none", count: 5 },
    { tokenizer: "13a", count: 5 },
    { tokenizer: "intl", count: 5 },
    { tokenizer: "char", count: 7 },
  ] as const)("white space is what it is in Python, by $tokenizer", ({ tokenizer, count }) => {
    // sacreBLEU 2.6.0 counts as many, and finds both the same
    const text = "a\u0085b\x1cc\x1dd\ufeffe\x1e\u3000f \x1f";
    const { score, hypothesisLength } = sacreBleu([text], [["a b c d\ufeffe f"]], { tokenizer });
    expect(hypothesisLength).toBe(count);
    expect(score).toBeCloseTo(100, 9);
  });

  test("smoothing by its formulas", () => {
    const statistics = { correct: [3, 2, 0, 0], total: [4, 3, 2, 1], hypothesisLength: 4, referenceLength: 5 };
    const score = (p: number[]) => 100 * Math.exp(1 - 5 / 4) * p.reduce((a, b) => a * b, 1) ** (1 / p.length);
    const of = (options: object) => bleuFromStatistics(statistics, options).score;
    expect(of({})).toBeCloseTo(score([3 / 4, 2 / 3, 1 / 4, 1 / 4]), 10);
    expect(of({ smoothing: "floor" })).toBeCloseTo(score([3 / 4, 2 / 3, 0.1 / 2, 0.1]), 10);
    expect(of({ smoothing: "floor", smoothValue: 0.5 })).toBeCloseTo(score([3 / 4, 2 / 3, 0.25, 0.5]), 10);
    expect(of({ smoothing: "add-k" })).toBeCloseTo(score([3 / 4, 3 / 4, 1 / 3, 1 / 2]), 10);
    expect(of({ smoothing: "none" })).toBe(0);
    const short = { correct: [2, 1, 0, 0], total: [2, 1, 0, 0], hypothesisLength: 2, referenceLength: 2 };
    expect(bleuFromStatistics(short, { effectiveOrder: true }).score).toBeCloseTo(100, 10);
    expect(bleuFromStatistics(short).score).toBe(0);
    const none = { correct: [0, 0], total: [3, 2], hypothesisLength: 3, referenceLength: 3 };
    for (const smoothing of ["exp", "floor", "add-k", "none"] as const) {
      // sacreBLEU 2.6.0, compute_bleu([0, 0], [3, 2], 3, 3, smooth_method=…, max_ngram_order=2)
      expect(bleuFromStatistics(none, { smoothing })).toMatchObject({
        score: 0,
        precisions: [0, 0],
        brevityPenalty: 1,
      });
    }
    // sacreBLEU 1.5, compute_bleu([0] * 4, [3, 2, 0, 0], 3, 3, smooth_method=…, smooth_value=0.5, use_effective_order=True)
    expect(bleuFromStatistics(none, { smoothing: "floor", smoothValue: 0.5 }).score).toBeCloseTo(20.412414523193153, 9);
    expect(bleuFromStatistics(none, { smoothing: "add-k", smoothValue: 0.5 }).score).toBe(0); // words are not smoothed
  });

  test("case can be left out of account", () => {
    expect(sacreBleu(["A B C D"], [["a b c d"]]).score).toBe(0);
    expect(sacreBleu(["A B C D"], [["a b c d"]], { lowercase: true }).score).toBeCloseTo(100, 9);
  });

  test("says what is wrong", () => {
    expect(() => sacreBleu(["a", "b"], [["a"]])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: sacreBleu: hypotheses should be 1, one per reference but is 2. Pass an empty hypothesis where nothing was found.]`,
    );
    expect(() => sacreBleu(["a"], [["a"]], { maxOrder: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: sacreBleu: maxOrder should be a positive whole number but is 0.]`,
    );
    expect(() => sacreBleu(["a"], [["a"]], { smoothing: "floor", smoothValue: -1 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: bleuFromStatistics: smoothValue should be a finite number from 0 but is -1.]`,
    );
    expect(() => sacreBleu(["a"], [["a"]], { tokenizer: "zh" as BleuTokenizer })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: sacreBleu: tokenizer should be none or 13a or intl or char but is "zh".]`,
    );
    expect(() => sacreBleu(["a"], [["a"]], { smoothing: "k" as "exp" })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: bleuFromStatistics: smoothing should be exp or floor or add-k or none but is "k".]`,
    );
    const broken = { correct: [1], total: [1, 2], hypothesisLength: 1, referenceLength: 1 };
    expect(() => bleuFromStatistics(broken)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: bleuFromStatistics: correct should be as many numbers as total, at least one but is 1.]`,
    );
  });
});
