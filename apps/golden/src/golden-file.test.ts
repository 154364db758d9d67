import { expect, test } from "vitest";
import { casesIn, casesOf } from "./golden-file";

test("bare Infinity and NaN are read as texts, words inside texts stay", () => {
  const text = `{"meta": {}, "cases": [{"a": [-Infinity, NaN, Infinity, 1], "b": "NaN \\"Infinity\\" in a text"}]}`;
  expect(casesOf(text)).toEqual([{ a: ["-Infinity", "NaN", "Infinity", 1], b: 'NaN "Infinity" in a text' }]);
});

test("other JSON is no golden file, other text is an error", () => {
  expect(casesOf(`{"results": []}`)).toBeUndefined();
  expect(casesOf(`{"cases": 3}`)).toBeUndefined();
  expect(() => casesOf(`{"cases": [`)).toThrow(SyntaxError);
});

test("words beside their stems are one case, other files none", () => {
  const expected = [{ name: "all words", words: ["cats", "'a'"], stems: ["cat", "'a'"] }];
  for (const path of ["porter_stemmer.tsv", "/golden/porter_stemmer_held.tsv"]) {
    expect(casesIn(path, "cats\tcat\n'a'\t'a'\n")).toEqual(expected);
  }
  expect(casesIn("other.tsv", "a\tb\n")).toBeUndefined();
  expect(casesIn("a.json", `{"cases": [1]}`)).toEqual([1]);
  expect(() => casesIn("porter_stemmer.tsv", "cats\tcat\nponies\n")).toThrowErrorMatchingInlineSnapshot(
    `[SyntaxError: line 2 should be a word, a tab and its stem but is "ponies"]`,
  );
});
