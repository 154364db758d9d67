import { expect } from "vitest";
import { fill, textOf } from "../../test-support/on-page";
import type { Visit } from "../../test-support/visit";

export const visit: Visit = {
  path: "transformer",
  bar: 97,
  async tryIt(page) {
    await fill(page, "8 digits from 0 to 9", "2718281");
    await page.waitForFunction(() => !document.querySelector("[data-answer=digits]"));
    await fill(page, "8 digits from 0 to 9", "27182818");
    const said = () => textOf(page, "[data-answer=digits] tr:last-child");
    await expect.poll(said).toBe("It says8 ✓1 ✓8 ✓2 ✓8 ✓1 ✓7 ✓2 ✓");
    // the heads of one layer, for the example and for what was typed
    const maps = await page.$$eval(".head-maps", (maps) => maps.map((map) => map.textContent ?? ""));
    expect(maps).toHaveLength(2);
    for (const map of maps) expect(map).toContain("layer 1, head 2");
    // they take as many lines as they need
    for (const width of await page.$$eval(".head-maps", (maps) =>
      maps.map((map) => map.scrollWidth - map.clientWidth),
    )) {
      expect(width).toBe(0);
    }
  },
};
