import { expect } from "vitest";
import { fill, press, textOf } from "../../test-support/on-page";
import type { Visit } from "../../test-support/visit";

export const visit: Visit = {
  path: "captions",
  bar: 30,
  async tryIt(page) {
    const said = (kind: string) => textOf(page, `[data-answer=captions] [data-said=${kind}]`);
    for (const kind of ["soft", "hard"]) {
      await expect.poll(() => said(kind)).toMatch(/^a (red|green|blue|yellow) \w+/);
    }
    const pictures = () => page.$$eval("[data-answer=captions] .looked svg", (all) => all.length);
    expect(await pictures()).toBe(2);
    await press(page, "Shuffle");
    await press(page, "Shuffle");
    expect(await textOf(page, "[data-answer=true]")).toMatch(/^a \w+ \w+/);
    const shapes = await page.$$eval("[aria-label='Shape: On the paper'] option", (options) =>
      options.map(({ textContent }) => textContent),
    );
    expect(shapes).toEqual(expect.arrayContaining(["circle", "cross", "square (not taught)"]));
    await fill(page, "Across: On the paper", "7");
    await expect.poll(() => said("soft")).toMatch(/^a \w+ \w+/);
  },
};
