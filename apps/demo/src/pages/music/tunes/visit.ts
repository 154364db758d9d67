import { expect } from "vitest";
import { fill, press, textOf } from "../../../test-support/on-page";
import type { Visit } from "../../../test-support/visit";

export const visit: Visit = {
  path: "music/tunes",
  bar: 80,
  async tryIt(page) {
    await page.select("#tune-style", "arpeggio");
    await fill(page, "Temperature", "0.3");
    await press(page, "Compose");
    await page.waitForSelector("[data-answer=kept]");
    // Nobody told it the rules. Of 36 tokens chance keeps 28 % ± 7.5, a model at the bar 80 % ± 6.7: this lies between,
    // 3.6 deviations from both.
    expect(Number.parseFloat(await textOf(page, "[data-answer=kept]"))).toBeGreaterThan(55);
    const label = await page.$$eval(".roll", (rolls) => rolls.at(-1)?.getAttribute("aria-label"));
    expect(label).toMatch(/^\d+ notes over .*; \d+ of 36 tokens keep the rules\.$/);
    // it plays, or says why not where there is no loudspeaker
    await press(page, "Play it");
    await page.waitForFunction(
      () =>
        document.querySelector(".roll .now") !== null ||
        /does not let this page sound/.test(document.querySelector("[role=alert]")?.textContent ?? ""),
    );
  },
  async afterwards(page) {
    const key = () => page.$eval("#tune-key", (select) => (select as HTMLSelectElement).selectedOptions[0]?.text);
    await page.select("#tune-key", "7");
    await expect.poll(key).toBe("D minor");
    await fill(page, "Keys", "1");
    await press(page, "Apply and reset");
    await expect.poll(key).toBe("C major"); // one that it learns is chosen
  },
};
