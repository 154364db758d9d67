import { expect } from "vitest";
import { fill, textOf } from "../../../test-support/on-page";
import type { Visit } from "../../../test-support/visit";

export const visit: Visit = {
  path: "gradients/surface",
  async tryIt(page) {
    const before = await textOf(page, "[data-answer=ends]");
    expect(before).toMatch(/^unclipped: after 120 steps at .*clipped: after 120 steps at /);
    await fill(page, "Clip at norm", "0.1");
    await expect.poll(() => textOf(page, "[data-answer=ends]")).not.toBe(before);
    expect(await page.$$eval(".map polyline", (lines) => lines.length)).toBe(2);
    await fill(page, "Weight w", "99"); // off the map
    await expect.poll(() => page.$$eval(".map polyline", (lines) => lines.length)).toBe(0);
    await fill(page, "Weight w", "5.6");
  },
};
