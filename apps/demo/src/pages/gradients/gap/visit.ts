import { expect } from "vitest";
import { press, textOf } from "../../../test-support/on-page";
import type { Visit } from "../../../test-support/visit";

export const visit: Visit = {
  path: "gradients/gap",
  bar: 97,
  async tryIt(page) {
    for (const number of ["−1", "1"]) {
      await press(page, `Begin with ${number}`);
      const right = `It says that the first step was ${number} ✓`;
      await expect.poll(() => textOf(page, "[data-answer=first]")).toBe(right);
    }
    expect(await page.$eval(".chart", (chart) => chart.getAttribute("aria-label"))).toMatch(
      /^Norm of the gradient: \S+ at/,
    );
    expect(await page.$$eval(".chart polyline", (lines) => lines.length)).toBe(2); // h and c
  },
};
