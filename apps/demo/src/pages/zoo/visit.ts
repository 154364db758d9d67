import { expect } from "vitest";
import { fill, textOf } from "../../test-support/on-page";
import type { Visit } from "../../test-support/visit";

export const visit: Visit = {
  path: "zoo",
  learns: { bar: 75, seconds: 40 }, // who guesses is right in a quarter of cases
  async tryIt(page) {
    const cells = await page.$$eval("[data-answer=race] tbody tr", (rows) =>
      rows.map((row) => [...row.querySelectorAll("th, td")].map((cell) => cell.textContent ?? "")),
    );
    expect(cells).toHaveLength(10);
    expect(cells.some(([, , place]) => place === "1")).toBe(true);
    for (const [, score, , , loss, parameters, took] of cells) {
      expect(score).toMatch(/^[\d.]+ %$/);
      for (const number of [loss, parameters, took]) expect(Number(number?.replace(",", ""))).toBeGreaterThan(0);
    }
    await fill(page, "2 letters from A to D", "AX");
    await page.waitForFunction(() => !document.querySelector("[data-answer=said]"));
    await fill(page, "2 letters from A to D", "DA");
    await expect.poll(() => textOf(page, "[data-answer=said]"), { timeout: 10_000 }).toMatch(/DA ✓/);
  },
};
