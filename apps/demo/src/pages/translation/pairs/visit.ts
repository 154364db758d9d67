import { expect } from "vitest";
import { fill, textOf } from "../../../test-support/on-page";
import type { Visit } from "../../../test-support/visit";

export const visit: Visit = {
  path: "translation/pairs",
  bar: 70,
  async tryIt(page) {
    await fill(page, "To translate", "The red cat");
    await expect.poll(() => textOf(page, "[data-answer=translation]")).toBe("le chat rouge");
    expect(await page.$$eval(".decoding .alignment rect", (all) => all.length)).toBe(3 * 4 + 1);
    const given = await page.$eval("#setting-pairs", (field) =>
      field instanceof HTMLTextAreaElement ? field.value : "",
    );
    await fill(page, "Pairs", "one\tun\ntwo deux");
    expect(await textOf(page, "#setting-pairs-note")).toBe("line 2 should be a text, a tab and its translation");
    expect(await page.$(".controls [type=submit][disabled]")).not.toBeNull();
    await fill(page, "Pairs", given);
    await expect.poll(() => textOf(page, "#setting-pairs-note")).toContain("A pair per line");
  },
};
