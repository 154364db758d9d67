import { expect, test } from "vitest";
import { MOST_CHARACTERS, ownText } from "./own-text";

test("what is kept of a text is long enough and no longer than is used", () => {
  expect(() => ownText("😀".repeat(999))).toThrow("at least 1,000 characters");
  expect(ownText("😀".repeat(1000))).toHaveLength(2000);
  const cut = ownText(`a${"😀".repeat(MOST_CHARACTERS)}`);
  expect(cut).toHaveLength(MOST_CHARACTERS - 1);
  expect(cut.endsWith("😀")).toBe(true);
});
