import { expect } from "vitest";
import { fill, numberIn, textOf } from "../../../test-support/on-page";
import type { Visit } from "../../../test-support/visit";

export const visit: Visit = {
  path: "gradients/surface",
  async tryIt(page) {
    const before = await textOf(page, "[data-answer=ends]");
    expect(before).toMatch(/^unclipped: after 120 steps at .*clipped: after 120 steps at /);
    const [unclipped = 0, clipped = 1] = Array.from(before.matchAll(/error is ([\d.e−]+)/g), ([, error]) =>
      numberIn(error ?? ""),
    );
    expect(clipped).toBeLessThan(unclipped / 100); // as the page says
    await fill(page, "Clip at norm", "0.1");
    await expect.poll(() => textOf(page, "[data-answer=ends]")).not.toBe(before);
    expect(await page.$$eval(".map polyline", (lines) => lines.length)).toBe(2);
    await fill(page, "Weight w", "99"); // off the map
    await expect.poll(() => page.$$eval(".map polyline", (lines) => lines.length)).toBe(0);
    await fill(page, "Weight w", "5");
  },
};
