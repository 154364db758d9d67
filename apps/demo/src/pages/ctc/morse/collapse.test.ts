import { expect, test } from "vitest";
import { collapse } from "./collapse";

test("repeats go first, then blanks: a letter comes twice only with a blank between", () => {
  const steps = collapse([0, 1, 1, 0, 1, 2, 2], ["", "S", "O"]);
  expect(steps.map(({ fate }) => fate)).toEqual(["blank", "new", "repeat", "blank", "new", "new", "repeat"]);
  expect(steps.map(({ text }) => text)).toEqual(["", "S", "S", "S", "SS", "SSO", "SSO"]);
  expect(collapse([], [""])).toEqual([]);
});
