import { expect } from "vitest";
import { fill, press, textOf } from "../../../test-support/on-page";
import type { Visit } from "../../../test-support/visit";

export const visit: Visit = {
  path: "translation/dates",
  bar: 80,
  async tryIt(page) {
    await fill(page, "A date", "9 May 1987");
    await expect.poll(() => textOf(page, "[data-answer=iso]")).toMatch(/^1987-05-0\d$/);
    const cells = () => page.$$eval(".decoding .alignment rect", (all) => all.length);
    expect(await cells()).toBe(10 * 11 + 1); // a cell for each letter read and written, the end too, and the frame
    await page.$eval(".decoding input[type=range]", (slider) => {
      slider.value = "3";
      slider.dispatchEvent(new Event("input", { bubbles: true }));
    });
    await expect.poll(cells).toBe(10 * 3 + 1);
    expect(await page.$eval(".beam-tree", (tree) => tree.getAttribute("aria-label"))).toMatch(
      /^Beam search with 3 beams over 1[0-9] steps\. The likeliest way: 1 9 8 7 /,
    );
    await press(page, "Play the decoding");
    await expect.poll(cells).toBe(10 * 11 + 1);
  },
};
