import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect } from "vitest";
import type { Visit } from "../../test-support/visit";

export const visit: Visit = {
  path: "bench",
  async tryIt(page) {
    await page.waitForSelector("iframe.bench");
    const frame = await page.waitForFrame((each) => each.url().endsWith("bench/index.html"));
    await frame.locator("input[name=filter]").fill("names-step-1$");
    await frame.locator("button[type=submit]").click();
    await frame.waitForFunction(() =>
      /^Done: 1 row\./.test(document.querySelector("[role=status]")?.textContent ?? ""),
    );
    const row = await frame.$eval("tbody tr", (found) => found.textContent ?? "");
    expect(row).toMatch(/^names-step-1V57 H128 C18 B1 T10step/);
    expect(await frame.$$eval("svg.chart rect.now", (bars) => bars.length)).toBeGreaterThan(0);

    // what asks the page around it looks into it too, where it is at hand
    await frame.evaluate(readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
    // all of it is in sight: nothing scrolls but the page
    const inner = await frame.evaluate(() => document.body.offsetHeight);
    const outer = await page.$eval("iframe.bench", (found) => found.clientHeight);
    expect(Math.abs(outer - inner)).toBeLessThanOrEqual(1);
  },
};
