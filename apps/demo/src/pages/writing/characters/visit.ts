import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { factPasses, fill, press, ready, textOf } from "../../../test-support/on-page";
import type { Visit } from "../../../test-support/visit";

export const visit: Visit = {
  path: "writing/characters",
  bar: 30, // to say a space each time is right about 17 times of 100
  async tryIt(page) {
    await fill(page, "Begin with", "Ahab ");
    await press(page, "Write");
    await expect.poll(() => textOf(page, "[data-answer=written]")).toMatch(/^Ahab .{200,}/s);
    await expect.poll(() => page.$$eval(".samples dt", (each) => each.length)).toBeGreaterThan(1);

    const passage = () => textOf(page, ".cells");
    const before = await passage();
    expect(before).toHaveLength(480);
    await press(page, "Another passage");
    await expect.poll(passage).not.toBe(before);
    await page.select("#cells-feature", "line ends");
    const unit = await textOf(page, ".found");
    expect(unit).toMatch(/^unit \d+ r = −?0\.\d\d$/);
    await page.waitForFunction(
      (name) => document.querySelector("[data-answer=unit]")?.textContent?.startsWith(`${name} of`),
      {},
      unit.replace(/ r.*/, ""),
    );
    // a unit of a model that learned little hardly moves: it is seen to once it does
    await expect.poll(() => page.$$eval(".cells span", (spans) => spans.length)).toBeGreaterThan(1);
    const last = await page.$eval("#cells-unit", (range) => {
      const input = range as HTMLInputElement;
      input.value = input.max;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      return input.max;
    });
    await expect.poll(() => textOf(page, "[data-answer=unit]")).toBe(`unit ${last} of ${last}`);
    await fill(page, "or text of your own", "Call me Ishmael.");
    await press(page, "Read it");
    await expect.poll(passage).toBe("Call me Ishmael.");
  },
  async afterwards(page) {
    await press(page, "Pause");
    await ready(page);
    await page.select("#setting-text", "your own file");
    await press(page, "Apply and reset");
    await page.waitForSelector("[role=alert]");
    expect(await textOf(page, "[role=alert]")).toContain("Choose one with the button “Learn from a file”.");
    await press(page, "Write"); // the model from before is still there
    await page.waitForFunction(() => !document.querySelector("[role=alert]"));

    const folder = mkdtempSync(join(tmpdir(), "unroll-own-text-"));
    const file = join(folder, "rhyme.txt");
    writeFileSync(file, "Row, row, row your boat\n".repeat(400));
    const input = await page.waitForSelector("input[type=file][accept^=text]");
    await input?.uploadFile(file);
    await expect.poll(() => textOf(page, ".cells")).toMatch(/^Row, row, row your boat\nRow/);
    await press(page, "Start");
    await factPasses(page, "score", 60);
    writeFileSync(file, "Row, row");
    await input?.uploadFile(file); // what is too short takes the place of nothing
    await page.waitForSelector("[role=alert]");
    expect(await textOf(page, "[role=alert]")).toContain("at least 1,000 characters");
    rmSync(folder, { recursive: true });
    await page.reload(); // the text is kept in the browser
    await ready(page);
    expect(await textOf(page, ".cells")).toMatch(/^Row, row/);
  },
};
