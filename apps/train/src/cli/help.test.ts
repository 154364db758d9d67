import { expect, test } from "vitest";
import { optionHelp, wrap } from "./help";

test("lines break between words and fill the width", () => {
  expect(wrap("one two three four", 9)).toEqual(["one two", "three", "four"]);
  expect(wrap("one two", 7)).toEqual(["one two"]);
  expect(wrap("incomprehensible word", 4)).toEqual(["incomprehensible", "word"]);
});

test("what options mean stands in a column of its own", () => {
  const help =
    "Twenty words are more than one line of help holds, so that the rest of them must go on below the first one.";
  expect(
    optionHelp({
      seed: { kind: "whole", least: 0, help: "Where it starts." },
      "bi-directional": { kind: "flag", help },
    }),
  ).toMatchInlineSnapshot(`
      "  --seed N          Where it starts.
        --bi-directional  Twenty words are more than one line of help holds, so that the rest of them must
                          go on below the first one."
    `);
});
