import { expect, test } from "vitest";
import { casesOf } from "./golden-file";

test("bare Infinity and NaN are read as texts, words inside texts stay", () => {
  const text = `{"meta": {}, "cases": [{"a": [-Infinity, NaN, Infinity, 1], "b": "NaN \\"Infinity\\" in a text"}]}`;
  expect(casesOf(text)).toEqual([{ a: ["-Infinity", "NaN", "Infinity", 1], b: 'NaN "Infinity" in a text' }]);
});

test("other JSON is no golden file, other text is an error", () => {
  expect(casesOf(`{"results": []}`)).toBeUndefined();
  expect(casesOf(`{"cases": 3}`)).toBeUndefined();
  expect(() => casesOf(`{"cases": [`)).toThrow(SyntaxError);
});
