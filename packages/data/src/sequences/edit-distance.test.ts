import { describe, expect, test } from "vitest";
import { editDistance, errorRate, Random } from "..";

/** The least cost by looking at every neighbour of a text, nearest first: no dynamic programme. */
function byEdits(a: string, b: string, transpositions: boolean): number {
  const alphabet = [...new Set([...a, ...b])];
  const seen = new Set([a]);
  let ring = [a];
  for (let distance = 0; ; distance++) {
    if (ring.includes(b)) return distance;
    const next = ring.flatMap((text) =>
      Array.from({ length: text.length + 1 }, (_, i) => {
        const [head, tail] = [text.slice(0, i), text.slice(i)];
        const swapped = tail.length > 1 && transpositions ? [`${head}${tail[1]}${tail[0]}${tail.slice(2)}`] : [];
        const made = alphabet.flatMap((c) => [head + c + tail, ...(tail ? [head + c + tail.slice(1)] : [])]);
        return [...swapped, ...made, ...(tail ? [head + tail.slice(1)] : [])];
      }).flat(),
    );
    ring = [...new Set(next)].filter((text) => !seen.has(text) && text.length <= 6);
    for (const text of ring) seen.add(text);
  }
}

describe("editDistance", () => {
  test.each([
    ["kitten", "sitting", 3],
    ["", "", 0],
    ["", "abc", 3],
    ["abc", "", 3],
    ["same", "same", 0],
    ["flaw", "lawn", 2],
  ])("%s and %s", (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });

  test.each([false, true])("equals the fewest single edits, transpositions %s", (transpositions) => {
    const random = new Random(7);
    const text = () => Array.from({ length: random.below(5) }, () => "ab"[random.below(2)]).join("");
    for (let n = 0; n < 60; n++) {
      const [a, b] = [text(), text()];
      expect(editDistance(a, b, { transpositions }), `${a} ${b}`).toBe(byEdits(a, b, transpositions));
    }
  });

  test("symbols may change places, also with one put in between them", () => {
    expect(editDistance("ab", "ba")).toBe(2);
    expect(editDistance("ab", "ba", { transpositions: true })).toBe(1);
    expect(editDistance("ca", "abc")).toBe(3);
    expect(editDistance("ca", "abc", { transpositions: true })).toBe(2);
  });

  test("a dear substitution is as one left out and one put in", () => {
    expect(editDistance("abc", "abd", { substitutionCost: 2 })).toBe(2);
    expect(editDistance("abc", "abd", { substitutionCost: 5 })).toBe(2);
    expect(editDistance("abc", "abd", { substitutionCost: 0.5 })).toBe(0.5);
  });

  test("texts go by characters, lists by what they hold", () => {
    expect(editDistance("a😀b", "ab")).toBe(1);
    expect(editDistance(["the", "cat"], ["the", "dog"])).toBe(1);
    expect(editDistance(Uint8Array.of(1, 2, 3), [1, 3])).toBe(1);
  });

  test("a cost that is none", () => {
    expect(() => editDistance("a", "b", { substitutionCost: -1 })).toThrowErrorMatchingInlineSnapshot(
      `[MetricError: editDistance: expected a substitutionCost that is a finite number, at least 0 but got -1. Leave it out for 1.]`,
    );
  });
});

describe("errorRate", () => {
  test("divides all edits by all symbols of the references", () => {
    expect(errorRate(["abcd", "ab"], ["abed", ""])).toBe(3 / 6);
    expect(errorRate([[1, 2]], [[1, 2, 2, 2, 2]])).toBe(1.5);
    expect(errorRate(["ab", ""], ["ab", ""])).toBe(0);
  });

  test("of nothing, or of other numbers of rows", () => {
    expect(() => errorRate([""], ["a"])).toThrowErrorMatchingInlineSnapshot(
      `[MetricError: errorRate: expected a reference with a symbol but got 1 empty ones. Leave empty references out, or count hypotheses that are not empty.]`,
    );
    expect(() => errorRate(["a"], [])).toThrowErrorMatchingInlineSnapshot(
      `[MetricError: errorRate: expected a hypothesis for each of 1 references but got 0. Pass an empty one where nothing was recognised.]`,
    );
  });
});
