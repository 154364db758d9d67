import { expect } from "vitest";
import { press, textOf } from "../../../test-support/on-page";
import type { Visit } from "../../../test-support/visit";

export const visit: Visit = {
  path: "memory/sum",
  bar: 90,
  async tryIt(page) {
    await press(page, "Clear");
    for (const name of ["+1", "+1", "0", "+1", "−1"]) await press(page, name);
    await page.waitForSelector('[data-answer="sums"] tr:nth-child(5) .good');
    expect(await textOf(page, '[data-answer="sums"] tr:nth-child(5)')).toMatch(/^5−12[12]\.\d\d ✓$/);
  },
};
