import { expect } from "vitest";
import { fill, press, textOf } from "../../../test-support/on-page";
import type { Visit } from "../../../test-support/visit";

export const visit: Visit = {
  path: "sentiment/opinions",
  bar: 92, // praise and blame are as frequent
  async tryIt(page) {
    const verdict = () => textOf(page, "[data-answer=verdict]");
    for (const [sentence, meant] of [
      ["the food was great", "praise ✓"],
      ["the food was not great", "blame ✓"],
      ["the music was awful but i loved the view", "praise ✓"],
      ["the music was awful although i liked the view", "blame ✓"],
    ] as const) {
      await fill(page, "Sentence", sentence);
      await expect.poll(verdict).toBe(meant);
    }
    expect(await page.$$eval("[aria-label='The score after each word'] li", (words) => words.length)).toBe(9);
    expect(await page.$$eval(".readings > li", (readings) => readings.length)).toBe(8);
    await fill(page, "Sentence", "the whale was good");
    expect(await textOf(page, "[data-answer=strange]")).toBe("It has never seen: whale.");
    await fill(page, "Sentence", "the whale was good! a whale?");
    await expect.poll(() => textOf(page, "[data-answer=strange]")).toBe("It has never seen: whale, a.");
    expect(await textOf(page, "[data-answer=cut]")).toBe("");
    await fill(page, "Sentence", "good ".repeat(20));
    await expect.poll(() => textOf(page, "[data-answer=cut]")).toBe("Only the first 16 of 20 words are read.");
    await press(page, "although the bed was awful, i loved the view");
    await expect.poll(verdict).toBe("praise ✓");
  },
};
