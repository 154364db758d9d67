import { expect, test } from "vitest";
import { jsDocOf, prose } from "./jsdoc.mjs";

const pages = new Map([["GRU", "../api/nn#GRU"]]);

test("the docstring is the last one before a declaration, without its stars", () => {
  expect(
    jsDocOf(`/** of the file */\n// a comment\n/**\n * One.\n *   x = 1\n * @throws TypeError if not\n */\nclass B {}`),
  ).toBe("One.\n  x = 1\n@throws TypeError if not");
  expect(jsDocOf("class B {}")).toBe("");
});

test("words stay as they are written, equations and tags stand apart, and names lead to where they are explained", () => {
  const doc = [
    "Like `GRU` over x_t of [B, T] where a < b and {{ c }}:",
    "  h_t = z·h_{t−1}",
    "- a list",
    "  goes on",
    "@param x the",
    "  input",
    "@returns h",
    "@throws RangeError if *any*",
  ].join("\n");
  expect(prose(doc, pages)).toBe(
    [
      "Like [`GRU`](../api/nn#GRU) over x\\_t of \\[B, T\\] where a &lt; b and &#123;&#123; c }}:",
      "",
      "```text",
      "h_t = z·h_{t−1}",
      "```",
      "",
      "- a list",
      "  goes on",
      "",
      "- `x` the input",
      "- Returns h",
      "- Throws RangeError if \\*any\\*",
    ].join("\n"),
  );
});

test("a tag behind the words of a line stands apart as well", () => {
  expect(prose("The mean of `GRU`. @param x the input @throws ShapeError if empty", pages)).toBe(
    ["The mean of [`GRU`](../api/nn#GRU).", "", "- `x` the input", "- Throws ShapeError if empty"].join("\n"),
  );
});
