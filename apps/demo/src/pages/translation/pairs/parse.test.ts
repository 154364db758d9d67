import { expect, test } from "vitest";
import { parsePairs, problemOfPairs, symbolsOf } from "./parse";
import { phrases } from "./phrases";

test("words are parted from marks, letters are characters", () => {
  expect(symbolsOf(" Where  is it? ", "words")).toEqual(["where", "is", "it", "?"]);
  expect(symbolsOf("né 1", "letters")).toEqual(["n", "é", " ", "1"]);
});

test("the pairs that are there at first are in order, each once, and have all words of French", () => {
  const text = phrases();
  expect(problemOfPairs(text)).toBeNull();
  const pairs = parsePairs(text, "words");
  expect(pairs.length).toBeGreaterThan(150);
  expect(new Set(pairs.map(({ source }) => source.join(" "))).size).toBe(pairs.length);
  expect(text).toContain("the red book\tle livre rouge\n");
  expect(text).not.toContain("the red cat\t"); // which the test of the page has translated
  const words = new Set(pairs.flatMap(({ target }) => target));
  for (const word of "le la chat porte rouge célèbre très vois où est c’est".split(" ")) expect(words).toContain(word);
});

test("a line without a tab is named by its number, too few and too many lines are refused", () => {
  const lines = (count: number) => Array.from({ length: count }, (_, n) => `a${n}\tb${n}`).join("\n");
  expect(problemOfPairs(lines(5))).toBeNull();
  expect(problemOfPairs(`${lines(3)}\nno tab\n${lines(3)}`)).toBe("line 4 should be a text, a tab and its translation");
  expect(problemOfPairs(`${lines(5)}\n\tonly a translation`)).toContain("line 6");
  expect(problemOfPairs(`${lines(5)}\n\tof the second column\tand the third`)).toContain("line 6"); // the first two count
  expect(problemOfPairs(lines(4))).toContain("at least 5 lines");
  expect(problemOfPairs(lines(5001))).toContain("at most 5,000 lines");
  expect(problemOfPairs("a\tb\n".repeat(100_000))).toContain("at most 300,000 characters");
});

test("sides that are too long are cut, and what follows a second tab is left out", () => {
  const [pair] = parsePairs(`${"a ".repeat(50)}\tb\tc`, "words");
  expect(pair?.source).toHaveLength(20);
  expect(pair?.target).toEqual(["b"]);
});
