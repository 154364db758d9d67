import { expect, test } from "vitest";
import { ProgressReporter } from "./progress-reporter";
import { Terminal } from "./terminal";

const written = (isTTY: boolean): string => {
  const out: string[] = [];
  const stream = { isTTY, write: (text: string) => out.push(text) };
  new ProgressReporter(new Terminal(stream, {}), "words").scored({ items: 1536, of: 6200 });
  return out.join("");
};

test("how far scoring has come is shown where a line can be rewritten, and nowhere else", () => {
  expect(written(true)).toContain("scored 1,536 of 6,200 words");
  expect(written(false)).toBe("");
});
