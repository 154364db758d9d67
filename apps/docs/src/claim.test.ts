import { expect, test } from "vitest";
import { claim, claimsChecked } from "./claim";

test("a claim that holds is counted, of the last value alone", () => {
  claimsChecked();
  claim(1, "above", 0.9, ["score", 0.95]);
  claim(2, "below", 0.1, [0.05]);
  claim(3, "near", 2, [2.15]);
  claim(4, "is", [1, 2], [[1, 2]]);
  expect(claimsChecked()).toBe(4);
  expect(claimsChecked()).toBe(0);
});

test("one that does not names its line and the value", () => {
  expect(() => claim(7, "above", 0.9, [0.9])).toThrowErrorMatchingInlineSnapshot(
    `[Error: Line 7 claims above 0.9, but it prints 0.9.]`,
  );
  expect(() => claim(7, "above", 0.9, [undefined])).toThrow("Line 7");
  expect(() => claim(8, "near", 2, [2.3])).toThrow("Line 8");
  expect(() => claim(9, "is", "hello", ["hallo"])).toThrow("Line 9");
});
