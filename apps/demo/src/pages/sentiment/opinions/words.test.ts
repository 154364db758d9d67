import { expect, test } from "vitest";
import { wordsOf } from "./words";

test.each([
  ["The food was good!", "the food was good"],
  ["although the bed was awful, i loved the view.", "although the bed was awful , i loved the view"],
  ["“i don't like it” (really?) …", "i don't like it really"],
  ["good 😀", "good 😀"],
  ["!?", ""],
])("%s", (text, words) => {
  expect(wordsOf(text).join(" ")).toBe(words);
});
