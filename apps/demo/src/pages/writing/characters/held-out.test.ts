import { expect, test } from "vitest";
import { heldOut, passagesOf } from "./held-out";

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
