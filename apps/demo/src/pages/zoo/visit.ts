import { expect } from "vitest";
import { fill, numberIn, textOf } from "../../test-support/on-page";
import type { Page } from "../../test-support/site";
import type { Visit } from "../../test-support/visit";

export const visit: Visit = {
  path: "zoo",
  bar: 75, // who guesses is right in a quarter of cases
  async tryIt(page) {
    const cells = await raceOf(page);
    expect(cells).toHaveLength(10);
    expect(cells.some(([, , place]) => place === "1")).toBe(true);
    for (const [, score, , , loss, parameters, took] of cells) {
      expect(score).toMatch(/^[\d.]+ %$/);
      for (const number of [loss, parameters, took]) expect(numberIn(number ?? "")).toBeGreaterThan(0);
    }
    await fill(page, "2 letters from A to D", "AX");
    await page.waitForFunction(() => !document.querySelector("[data-answer=said]"));
    await fill(page, "2 letters from A to D", "DA");
    await expect.poll(() => textOf(page, "[data-answer=said]")).toMatch(/DA ✓/);
  },
  async cameBack(page) {
    await page.waitForSelector("[data-answer=race]");
    for (const [, score, , , loss] of await raceOf(page)) {
      expect(score).toMatch(/^[\d.]+ %$/);
      expect(numberIn(loss ?? "")).toBeGreaterThan(0);
    }
  },
};

/** The text of each cell of the race. */
function raceOf(page: Page): Promise<string[][]> {
  return page.$$eval("[data-answer=race] tbody tr", (rows) =>
    rows.map((row) => [...row.querySelectorAll("th, td")].map((cell) => cell.textContent ?? "")),
  );
}
