import { describe, expect, test } from "vitest";
import * as losses from "../losses";
import { allCases } from "../test-support/cases";
import * as operations from ".";

/** Not differentiable: the first ten give no floats or cut the graph, the rest make constants. Dropout has its own test. */
const others = new Set([
  "equal",
  "notEqual",
  "less",
  "lessEqual",
  "greater",
  "greaterEqual",
  "argmax",
  "cast",
  "detach",
  "dropout",
  "full",
  "ones",
  "zeros",
]);

describe("the table of differentiable operations", () => {
  const names = [...Object.keys(operations), ...Object.keys(losses)];

  test("has every one that the package exports", () => {
    const tested = new Set(allCases.map(({ op }) => op));
    expect(names.filter((name) => !others.has(name) && !tested.has(name))).toEqual([]);
  });

  test("names none that does not exist", () => {
    const known = new Set(names);
    expect(allCases.filter(({ op }) => !known.has(op))).toEqual([]);
    expect([...others].filter((name) => !known.has(name))).toEqual([]);
  });
});
