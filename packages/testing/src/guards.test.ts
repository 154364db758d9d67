import { expect, test } from "vitest";
import { checkGuards, guarded, guardWords } from "./guards";

test("untouched guards pass and the output is what lies before them", () => {
  const words = guarded(3, { fill: 7 });
  words.set([1, 2], 0);
  expect([...checkGuards("relu y", words, 3)]).toEqual([1, 2, 7]);
});

test.each([0, 1, guardWords - 1])("an overwritten guard %i is found", (k) => {
  const words = guarded(5);
  words[5 + k] = 0;
  expect(() => checkGuards("relu y", words, 5)).toThrow(`word ${5 + k} became 0x00000000`);
});

test("a guard that was moved is found: no two are alike", () => {
  expect(new Set(guarded(0)).size).toBe(guardWords);
});

test("the message says what to do", () => {
  const words = guarded(4);
  words[4] = 1;
  expect(() => checkGuards("relu y", words, 4)).toThrowErrorMatchingInlineSnapshot(
    `[GuardError: relu y: nothing should be written past its 4 words, but word 4 became 0x00000001. Check the bounds test of the last workgroup.]`,
  );
  expect(() => checkGuards("relu y", words.subarray(1), 4)).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: relu y: 68 words were expected but 67 came.]`,
  );
});
