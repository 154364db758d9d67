import { expect, test } from "vitest";
import { firstOf, heldOut, passagesOf, repeated } from "./held-out";

test("the last tenth is held out, from the begin of a line", () => {
  const text = `${"a".repeat(92)}\n${"b".repeat(7)}`;
  const { train, held } = heldOut(text);
  expect(train).toBe(`${"a".repeat(92)}\n`);
  expect(held).toBe("b".repeat(7));
  expect(heldOut("c".repeat(20)).held).toBe("cc");
});

test("passages begin with a line, and those with marks come first", () => {
  const text = 'plain one\nplain two\n"a" (b)ccc\nshort';
  expect(passagesOf(text, 10)).toEqual(['"a" (b)ccc', "plain one\n"]);
  expect(passagesOf("all", 10)).toEqual(["all"]);
});

test("what is short is repeated, by its characters and not by the units that they are written in", () => {
  const ids = Int32Array.from([..."😀😀🙃"], (character) => character.codePointAt(0) ?? 0);
  const scored = repeated(ids, 1025);
  expect(scored).toHaveLength(1025);
  expect([...scored.subarray(0, 4)]).toEqual([ids[0], ids[1], ids[2], ids[0]]);
  expect(repeated(ids, 2)).toEqual(ids.slice(0, 2));
});

/** A unit that was half of a character. */
const HALF = /\p{Surrogate}/u;

test("no cut parts a character of two units", () => {
  expect([firstOf("a😀b", 2), firstOf("a😀b", 3), firstOf("ab", 5)]).toEqual(["a", "a😀", "ab"]);
  for (const beginning of ["", "a"]) {
    const text = beginning + "😀".repeat(50);
    const { train, held } = heldOut(text);
    expect(train + held).toBe(text);
    const parts = [train, held, ...passagesOf(text, 7), ...passagesOf(text, 8)];
    expect(parts.filter((part) => HALF.test(part))).toEqual([]);
  }
});
