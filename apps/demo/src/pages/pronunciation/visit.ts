import { expect } from "vitest";
import { fill, textOf } from "../../test-support/on-page";
import type { Visit } from "../../test-support/visit";

export const visit: Visit = {
  path: "pronunciation",
  bar: 45,
  async tryIt(page) {
    await fill(page, "A word", "Éclair!");
    await expect.poll(() => textOf(page, "main")).toContain("Read as “eclair”");
    await fill(page, "A word", "ship");
    await expect.poll(() => textOf(page, "[data-answer=phonemes]")).toMatch(/^SH [A-Z]+ P$/);
    expect(await textOf(page, "main")).not.toContain("Read as");
    expect(await textOf(page, ".phonemes")).toContain("SH as in she");
    expect(await page.$$eval(".decoding .alignment rect", (all) => all.length)).toBe(4 * 4 + 1);
    expect(await page.$eval(".beam-tree", (tree) => tree.getAttribute("aria-label"))).toContain("SH");
  },
};
