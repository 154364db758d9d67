import { expect } from "vitest";
import { fill, press, textOf } from "../../../test-support/on-page";
import type { Visit } from "../../../test-support/visit";

export const visit: Visit = {
  path: "names/languages",
  bar: 65, // to guess one of seven languages is right 14 times of 100
  async tryIt(page) {
    const said = () => textOf(page, "[data-answer=language]");
    await expect.poll(said).toBe("Polish"); // Kowalski
    await press(page, "Pirandello");
    await expect.poll(said).toBe("Italian");
    await fill(page, "Surname", "Ozturk");
    await expect.poll(() => page.$$eval(".guesses tbody tr", (rows) => rows.length)).toBe(6);
    expect(await textOf(page, ".guesses tbody tr:nth-child(2)")).toMatch(/^oz(\p{L}+ \d+ %){3}$/u);
    expect(await page.$eval(".confusion", (matrix) => matrix.getAttribute("aria-label"))).toMatch(/ are right\. /);
    await fill(page, "Surname", "Петров");
    await page.waitForSelector("[role=alert]");
    expect(await textOf(page, "[role=alert]")).toContain("letters that Latin ones stand for");
    await fill(page, "Surname", "Kowalska");
    await page.waitForFunction(() => !document.querySelector("[role=alert]"));
  },
};
