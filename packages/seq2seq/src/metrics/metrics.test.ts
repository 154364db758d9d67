import { random } from "@unroll/nn";
import { describe, expect, test } from "vitest";
import { chrf, exactMatch, phonemeErrorRate, rougeL, wordErrorRate } from "..";

describe("chrf", () => {
  test("is the F-score of the mean precision and recall of the orders that both have", () => {
    // ab against abc: characters 2 of 2 and 2 of 3, pairs 1 of 1 and 1 of 2; the reference alone has a triple
    const [precision, recall] = [1, (2 / 3 + 1 / 2) / 2];
    expect(chrf(["a b"], [["abc"]])).toBeCloseTo((500 * precision * recall) / (4 * precision + recall), 10);
    expect(chrf(["a b"], [["abc"]], { beta: 1 })).toBeCloseTo((200 * precision * recall) / (precision + recall), 10);
    expect(chrf(["ab"], [["ab"]])).toBeCloseTo(100, 10);
    expect(chrf(["aa", ""], [["b"], ["c"]])).toBe(0);
    // sacreBLEU 2.6.0: orders that a reference is too short for count nothing of its hypothesis
    const told = ["goodbye everyone", "a cat sat on the mat"];
    expect(chrf(told, [["bye"], ["a cat sat on the mat"]])).toBeCloseTo(94.8062, 4);
  });

  test("spaces, words and capitals count where that is asked for", () => {
    expect(chrf(["a b"], [["ab"]], { whitespace: true })).toBeLessThan(100);
    expect(chrf(["A b"], [["a b"]], { lowercase: true })).toBeCloseTo(100, 10);
    // words "x", "." and "x", "!": one of two each; no pair; characters one of two, no pair
    const p = (1 / 2 + 0 + 1 / 2 + 0) / 4;
    expect(chrf(["x."], [["x!"]], { characterOrder: 2, wordOrder: 2 })).toBeCloseTo(100 * p, 10);
  });

  test("white space is what it is in Python", () => {
    const [text, reference] = ["ab\ufeff c\x1fd", "ab cd"]; // by sacreBLEU 2.6.0
    expect(chrf([text], [[reference]])).toBeCloseTo(39.44174757281553, 10);
    expect(chrf([text], [[reference]], { wordOrder: 2 })).toBeCloseTo(26.294498381877023, 10);
  });

  test("each sentence takes the reference that it does best with", () => {
    expect(
      chrf(
        ["abc", "def"],
        [
          ["xyz", "abc"],
          ["def", "q"],
        ],
      ),
    ).toBeCloseTo(100, 10);
  });

  test("says what is wrong", () => {
    expect(() => chrf([], [])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: chrf: hypotheses should be at least one, with its references but is 0. Pass an empty hypothesis where nothing was found.]`,
    );
    expect(() => chrf(["a"], [["a"]], { beta: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: chrf: beta should be a finite number above 0 but is 0.]`,
    );
    expect(() => chrf(["a"], [["a"]], { characterOrder: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: chrf: characterOrder should be a whole number, not all of them 0 but is 0.]`,
    );
  });
});

describe("rougeL", () => {
  test("finds the longest common subsequence, by brute force over all of them", () => {
    const [a, b] = [
      [1, 2, 3, 1, 2, 4],
      [2, 1, 3, 4, 2, 2],
    ];
    const subsequences = (list: number[]) =>
      Array.from({ length: 2 ** list.length }, (_, bits) => list.filter((_, i) => bits & (1 << i)).join());
    const theirs = new Set(subsequences(b));
    const longest = Math.max(
      ...subsequences(a)
        .filter((s) => theirs.has(s))
        .map((s) => (s.length + 1) / 2),
    );
    expect(rougeL([a], [[b]]).precision).toBeCloseTo(longest / 6, 12);
  });

  test("is the mean over sentences, each with its best reference", () => {
    const score = rougeL(["police killed the gunman", "x"], [["police kill the gunman", "no"], ["y"]]);
    expect(score).toEqual({ precision: 3 / 8, recall: 3 / 8, f: 3 / 8 });
    // two of two words, two of four: F₂ = 5·P·R/(R + 4·P)
    expect(rougeL(["the gunman"], [["police kill the gunman"]], { beta: 2 }).f).toBeCloseTo(2.5 / 4.5, 12);
    expect(() => rougeL(["a"], [["a"]], { beta: -1 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: rougeL: beta should be a finite number above 0 but is -1.]`,
    );
  });
});

describe("error rates", () => {
  test("count what was replaced, left out and put in", () => {
    expect(wordErrorRate(["the cat sat mat"], ["the cat sat on the mat"])).toEqual({
      rate: 2 / 6,
      substitutions: 0,
      deletions: 2,
      insertions: 0,
      length: 6,
    });
    expect(wordErrorRate(["a x c d", ""], ["a b c", "e"])).toEqual({
      rate: 3 / 4,
      substitutions: 1,
      deletions: 1,
      insertions: 1,
      length: 4,
    });
    expect(wordErrorRate([["a", "b"]], [["b", "a"]]).rate).toBe(1);
  });

  test("of equally few edits those that put the most words in another's place count", () => {
    const edits = { substitutions: 2, deletions: 1, insertions: 0 };
    expect(wordErrorRate(["b a b a"], ["a b b a b"])).toMatchObject(edits);
    const rng = random(1);
    for (let pair = 0; pair < 100; pair++) {
      const draw = (least: number) => {
        const [size = 0] = rng.uniform(1, least, 6);
        return Array.from(rng.uniform(Math.floor(size), 0, 3), Math.floor);
      };
      const [hypothesis, reference] = [draw(0), draw(1)];
      const counts = ([s, d, i]: Edits) => s + d + i;
      const ways = allEdits(hypothesis, reference);
      const [best] = ways.sort((a, b) => counts(a) - counts(b) || b[0] - a[0]);
      const { substitutions, deletions, insertions } = wordErrorRate([hypothesis], [reference]);
      expect([substitutions, deletions, insertions], `${hypothesis} for ${reference}`).toEqual(best);
    }
  });

  test("a word may be said in several ways", () => {
    const tomato = [
      ["T", "AH", "M", "EY", "T", "OW"],
      ["T", "AH", "M", "AA", "T", "OW"],
    ];
    expect(phonemeErrorRate(["T AH M AA T"], [tomato])).toMatchObject({ rate: 1 / 6, deletions: 1, substitutions: 0 });
    expect(phonemeErrorRate(["T AH"], ["T AH"]).rate).toBe(0);
  });

  test("say what is wrong", () => {
    expect(() => wordErrorRate(["a"], [""])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: wordErrorRate: references should be at least one with a symbol but is empty, all of them. Leave empty references out, or count hypotheses that are not empty.]`,
    );
    expect(() => phonemeErrorRate(["a"], [])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: phonemeErrorRate: references should be 1, one per hypothesis but is 0. Pass what was to be said.]`,
    );
  });
});

type Edits = readonly [substitutions: number, deletions: number, insertions: number];

/** Every way to make the reference of the hypothesis. */
function allEdits([a, ...hypothesis]: readonly number[], [b, ...reference]: readonly number[]): Edits[] {
  if (a === undefined && b === undefined) return [[0, 0, 0]];
  const after = (ways: Edits[], [s, d, i]: Edits) => ways.map((way): Edits => [way[0] + s, way[1] + d, way[2] + i]);
  return [
    ...(a !== undefined && b !== undefined ? after(allEdits(hypothesis, reference), [a === b ? 0 : 1, 0, 0]) : []),
    ...(b === undefined ? [] : after(allEdits(a === undefined ? [] : [a, ...hypothesis], reference), [0, 1, 0])),
    ...(a === undefined ? [] : after(allEdits(hypothesis, b === undefined ? [] : [b, ...reference]), [0, 0, 1])),
  ];
}

test("exactMatch counts what is the same to the last symbol", () => {
  expect(exactMatch(["2001-02-03", "x", "y"], ["2001-02-03", "x ", "y"])).toBe(2 / 3);
  expect(
    exactMatch(
      [["a", 1], ["a"]],
      [
        ["a", 1],
        ["a", "b"],
      ],
    ),
  ).toBe(1 / 2);
  expect(() => exactMatch(["a"], [])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: exactMatch: references should be 1, one per hypothesis but is 0. Pass what was to be said.]`,
  );
});
