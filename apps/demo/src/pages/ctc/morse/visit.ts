import { editDistance } from "@unroll/data";
import { expect } from "vitest";
import { fill, press, ready, textOf } from "../../../test-support/on-page";
import type { Visit } from "../../../test-support/visit";

export const visit: Visit = {
  path: "ctc/morse",
  bar: 88,
  async tryIt(page) {
    const choose = (name: string) => page.locator(`::-p-aria([name="${name}"][role="radio"])`).click();
    const distance = async (sent: string) => editDistance([...(await textOf(page, "[data-answer=heard]"))], [...sent]);
    await expect.poll(() => distance("HELLO WORLD")).toBeLessThanOrEqual(2); // it trains on
    await fill(page, "Text to send", "sos");
    await expect.poll(() => distance("SOS")).toBe(0);
    await fill(page, "Text to send", "s,o,s!");
    await expect.poll(() => textOf(page, "[data-answer=left-out]")).toMatch(/^Left out, .*: , !$/);
    await expect.poll(() => distance("SOS")).toBe(0);

    // the collapse of what is heard, from the first letter to the last, while the model stays as it is
    await press(page, "Pause");
    await ready(page);
    await unchanged(
      () => textOf(page, "[data-answer=heard]"),
      async (heard) => {
        const collapsed = () => textOf(page, "[data-answer=collapsed]");
        await page.focus("#collapse-step");
        await page.keyboard.press("End");
        await expect.poll(collapsed).toBe(heard);
        await page.keyboard.press("Home");
        await expect.poll(() => textOf(page, "[data-answer=step]")).toMatch(/^Step 1 of \d+: /);
        const begun = (await collapsed()).length; // a first letter may begin at once
        for (let written = begun + 1; written <= heard.length; written++) {
          await press(page, "Next letter");
          await expect.poll(collapsed).toBe(heard.slice(0, written));
          expect(await textOf(page, "[data-answer=step]")).toContain(" begins and is written.");
        }
        expect((await textOf(page, "[data-answer=merged]")).replaceAll("–", "").replaceAll("␣", " ")).toBe(heard);
        expect(await page.$$eval("[data-answer=beam] li", (items) => items.length)).toBe(3);
      },
    );
    await press(page, "Resume");

    // a page that may not hear says so
    await choose("the microphone");
    await press(page, "Listen");
    await page.waitForSelector("[role=alert]");
    expect(await textOf(page, "[role=alert]")).toMatch(/microphone.*(press again|Open it over https)/);

    // by hand, on the keyboard: one E
    await choose("a key that you press");
    await page.focus(".key-button");
    await page.keyboard.down("Space");
    await page.keyboard.up("Space");
    await page.waitForSelector("[data-answer=heard]");
    await choose("a text");
    await expect.poll(() => distance("HELLO WORLD")).toBeLessThanOrEqual(2);
  },
  async afterwards(page) {
    await press(page, "Reset");
    // what an untrained model says has hardly a space in it, and fits a narrow screen all the same
    await expect.poll(() => textOf(page, "[data-answer=heard]")).toMatch(/\S{30}/);
    await page.setViewport({ width: 360, height: 900 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  },
};

/** Does `work` again if what is looked at changed meanwhile: the last answer may come long after the last step. */
async function unchanged(look: () => Promise<string>, work: (seen: string) => Promise<void>): Promise<void> {
  for (;;) {
    const seen = await look();
    const failure: unknown = await work(seen).catch((error) => error);
    if ((await look()) !== seen) continue;
    if (failure) throw failure;
    return;
  }
}
