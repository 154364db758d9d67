import { expect } from "vitest";
import { fill, press, textOf } from "../../test-support/on-page";
import type { Visit } from "../../test-support/visit";

export const visit: Visit = {
  path: "tagging",
  // who has read only what came before gets one word in twelve wrong, however long it learns
  bar: 97,
  async tryIt(page) {
    const tagsOf = async (row: number) =>
      (await textOf(page, `[data-answer=tags] tbody tr:nth-child(${row})`)).replaceAll(/\d+(\.\d+)? %/g, " ").trim();
    for (const [sentence, tags] of [
      ["Victoria Bank fell on Sunday", "both waysB-ORG I-ORG O O O"],
      ["Victoria Costa works in Lima", "both waysB-PER I-PER O O B-LOC"],
    ] as const) {
      await fill(page, "A sentence", sentence);
      await expect.poll(() => tagsOf(2)).toBe(tags);
    }
    await press(page, "Costa");
    expect(await page.$$eval(".bars li", (bars) => bars.length)).toBe(10);
    await page.locator("::-p-aria([name='parts of speech'][role='radio'])").click();
    await expect.poll(() => tagsOf(2)).toBe("both waysPROPN PROPN VERB ADP PROPN");
    await fill(page, "A sentence", "the whale saw the whale");
    await expect.poll(() => textOf(page, "[data-answer=unknown]")).toContain(" has whale: ");
    expect(await textOf(page, "[data-answer=cut]")).toBe("");
    await fill(page, "A sentence", "she sings ".repeat(25));
    await expect.poll(() => textOf(page, "[data-answer=cut]")).toBe("Only the first 40 of 50 words are read.");
    const scores = await page.$$eval("[data-answer=scores] tr:last-child td", (cells) =>
      cells.map((cell) => Number.parseFloat(cell.textContent ?? "")),
    );
    expect(scores[1]).toBeGreaterThan(scores[0] ?? 100); // reading both ways wins
  },
};
