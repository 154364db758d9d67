import { expect } from "vitest";
import { fill, textOf } from "../../../test-support/on-page";
import type { Visit } from "../../../test-support/visit";

export const visit: Visit = {
  path: "translation/kinds",
  bar: 50,
  async tryIt(page) {
    await fill(page, "A date", "9 May 1987");
    for (const name of ["Bahdanau", "Luong"]) {
      await expect.poll(() => textOf(page, `.tried [data-kind="${name}"]`)).toMatch(/^1987-05-0\d$/);
    }
    // none of the two without attention has a matrix
    expect(await page.$$eval(".tried .alignment svg", (all) => all.length)).toBe(2);
    expect(await textOf(page, ".tried > div:first-child")).toContain("Without attention there is nothing to see");
  },
};
