import { expect } from "vitest";
import { press, textOf } from "../../../test-support/on-page";
import type { Visit } from "../../../test-support/visit";

export const visit: Visit = {
  path: "handwriting/digits",
  bar: 85,
  async tryIt(page) {
    const digit = () => textOf(page, "[data-answer=digit]");
    const pad = await page.waitForSelector(".pad");
    await pad?.scrollIntoView();
    const box = await pad?.boundingBox();
    if (!box) throw new Error("The page should have a pad to write on.");
    const at = (x: number, y: number) => [box.x + x * box.width, box.y + y * box.height] as const;
    // a seven: it is known before the pen has come to the end
    await page.mouse.move(...at(0.25, 0.15));
    await page.mouse.down();
    await page.mouse.move(...at(0.75, 0.15), { steps: 12 });
    await page.mouse.move(...at(0.55, 0.55), { steps: 12 });
    await expect.poll(digit).toBe("7");
    await page.mouse.move(...at(0.45, 0.9), { steps: 8 });
    await page.mouse.up();
    await expect.poll(digit).toBe("7");
    expect(await page.$$eval(".pad polyline", (lines) => lines.length)).toBe(1);

    await press(page, "Clear");
    await expect.poll(digit).toBe("–");
    await press(page, "Write a 0");
    await expect.poll(digit).toBe("0");
    expect(await page.$eval(".beliefs", (map) => map.getAttribute("aria-label"))).toMatch(/^After \d+ steps/);
    expect(await page.$eval(".chart", (chart) => chart.getAttribute("aria-label"))).toMatch(/^Known: .* at the end\.$/);
  },
};
