import { expect } from "vitest";
import { fill, press, textOf } from "../../../test-support/on-page";
import type { Visit } from "../../../test-support/visit";

export const visit: Visit = {
  path: "memory/gates",
  async tryIt(page) {
    const last = () => textOf(page, '[data-answer="steps"] tr:last-child');
    await press(page, "Step"); // writes 3
    expect(await last()).toBe("1311030");
    await fill(page, "Input x", "4");
    await press(page, "Step");
    await fill(page, "Input gate i", "0");
    await fill(page, "Output gate o", "1");
    await fill(page, "Input x", "9");
    await press(page, "Step"); // writes nothing, shows all
    expect(await last()).toBe("3901177");
    await fill(page, "Forget gate f", "0");
    await press(page, "Step");
    expect(await last()).toBe("4900100");
    for (const none of ["10", "-10", "1"]) {
      await fill(page, "Input x", none);
      if (none === "1") await page.keyboard.press("Backspace"); // and so is empty
      await page.waitForSelector("#gates-x[aria-invalid=true]");
      expect(await page.$eval("button[type=submit]", (button) => (button as HTMLButtonElement).disabled)).toBe(true);
      expect(await textOf(page, ".gates")).toMatch(/^–input x/);
    }
    await fill(page, "Input x", "-9");
    await press(page, "Step");
    expect(await last()).toBe("5−900100");
  },
};
