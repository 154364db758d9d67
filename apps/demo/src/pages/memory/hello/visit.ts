import { expect } from "vitest";
import { fill, press, textOf } from "../../../test-support/on-page";
import type { Visit } from "../../../test-support/visit";

export const visit: Visit = {
  path: "memory/hello",
  bar: 100,
  async tryIt(page) {
    await expect.poll(() => textOf(page, "[data-answer=spelled]")).toBe("HELLO");
    await fill(page, "Begin with", "HEL");
    await expect.poll(() => textOf(page, "[data-answer=spelled]")).toBe("HELLO");
    await fill(page, "Begin with", "X");
    await page.waitForSelector("[role=alert]");
    expect(await textOf(page, "[role=alert]")).toContain("one or more of the letters H, E, L, O");
    await fill(page, "Begin with", "H");
    await page.waitForFunction(() => !document.querySelector("[role=alert]"));
  },
  async afterwards(page) {
    await page.select("#setting-word", "BANANA");
    await press(page, "Apply and reset");
    await expect.poll(() => textOf(page, "[data-answer=spelled]")).toMatch(/^B/);
  },
};
