import { expect } from "vitest";
import { press, textOf } from "../../test-support/on-page";
import type { Page } from "../../test-support/site";
import type { Visit } from "../../test-support/visit";

export const visit: Visit = {
  path: "anomalies",
  // who takes large values for faults finds spikes and noise, but neither stillness nor haste: at most 82
  bar: 90,
  async tryIt(page) {
    await press(page, "With a spike");
    await expect.poll(() => textOf(page, "[data-answer=alarm]")).toContain("at the fault ✓");
    await press(page, "With a stretch of noise");
    await expect.poll(() => textOf(page, "[data-answer=alarm]")).toContain("at the fault ✓");
    await press(page, "Without a fault");
    await expect.poll(() => textOf(page, "[data-answer=alarm]")).toMatch(/^No fault|false alarm/);
    const chart = await page.waitForSelector(".drawable");
    await chart?.click({ offset: { x: 300, y: 8 } }); // a point far above the wave
    await expect.poll(() => textOf(page, "[data-answer=alarm]")).toMatch(/at the fault|is missed/);

    // a threshold of 1 takes every step for a fault, which finds none; one of a half takes hardly any
    await moveThreshold(page, "1");
    await expect.poll(() => share(page, 3)).toBeLessThan(10);
    await moveThreshold(page, "0.5");
    await expect.poll(() => share(page, 1)).toBeGreaterThan(95);
    const recall = await share(page, 2);
    await press(page, "Where F1 is best");
    await expect.poll(() => share(page, 3)).toBeGreaterThanOrEqual(90);
    expect(await share(page, 2)).toBeGreaterThan(recall);
    await press(page, "Next series");
    expect(await textOf(page, "main")).toContain("Series 2 of 40");
  },
};

/** A number of the table of precision, recall and F1. */
async function share(page: Page, row: number): Promise<number> {
  return Number.parseFloat(await textOf(page, `[data-answer=verdict] tr:nth-child(${row}) td`));
}

async function moveThreshold(page: Page, to: string): Promise<void> {
  await page.$eval(
    "#threshold",
    (input, value) => {
      (input as HTMLInputElement).value = value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    },
    to,
  );
}
