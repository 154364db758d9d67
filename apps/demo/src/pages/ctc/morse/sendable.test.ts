import { expect, test } from "vitest";
import { sendable } from "./sendable";
import { ALPHABETS } from "./settings";

test.each([
  [" sos ", "SOS", ""],
  ["hello, world! 123", "HELLO WORLD", ",!123"],
  ["!?!", "", "!?"],
  ["", "", ""],
])("of “%s”, “%s” is sent", (typed, text, leftOut) => {
  expect(sendable(typed, ALPHABETS["A to Z"])).toEqual({ text, leftOut: [...leftOut] });
});

test("another alphabet has other letters", () => {
  expect(sendable("a1 x", ALPHABETS["A to Z, 0 to 9"])).toEqual({ text: "A1 X", leftOut: [] });
  expect(sendable("a1 x", ALPHABETS["E T A O I N S R"])).toEqual({ text: "A", leftOut: ["1", "X"] });
});
