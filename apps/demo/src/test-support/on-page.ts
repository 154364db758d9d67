import type { Page } from "./site";

/** Milliseconds that are waited for what a page is to do: the machine may be slow, and its shader cache empty. */
export const PATIENCE = 120_000;

/** Waits until the model of the page is there. @throws Error saying what the page says instead */
export async function ready(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    /^(Ready|Stopped)\./.test(document.querySelector("[role=status]")?.textContent ?? ""),
  );
  const failure = await textOf(page, "[role=alert]");
  if (failure !== "") throw new Error(failure);
}

/** Text of the first element that a selector finds; "" if there is none. */
export function textOf(page: Page, selector: string): Promise<string> {
  return page.evaluate((given) => document.querySelector(given)?.textContent ?? "", selector);
}

/** The number that the page writes so. */
export const numberIn = (text: string): number => Number(text.replaceAll(",", "").replaceAll("−", "-"));

/** A number among the readouts, such as "step" or "score"; NaN before there is one. */
export async function fact(page: Page, name: string): Promise<number> {
  const text = await textOf(page, `[data-fact=${name}]`);
  return numberIn(text.replace(/\s.*$/, "").replace("–", "NaN"));
}

/** Waits until a number among the readouts passes a bound. @throws Error if that takes longer than `patience` */
export async function factPasses(page: Page, name: string, bound: number, patience = PATIENCE): Promise<void> {
  const end = Date.now() + patience;
  let value = await fact(page, name);
  while (!(value >= bound)) {
    if (Date.now() > end) throw new Error(`${name} should reach ${bound} within ${patience / 1000} s but is ${value}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    value = await fact(page, name);
  }
}

/** Presses the button of that name. */
export async function press(page: Page, name: string): Promise<void> {
  await page.locator(`::-p-aria([name="${name}"][role="button"])`).click();
}

/**
 * Types into the control of that label, in place of what was there. Begins anew where the page drew the control with its
 * old value in between: the browser empties it without telling the page.
 */
export async function fill(page: Page, label: string, text: string): Promise<void> {
  const control = page.locator(`::-p-aria([name="${label}"])`);
  for (let attempt = 0; attempt < 10; attempt++) {
    await control.fill(text);
    const handle = await control.waitHandle();
    if ((await handle.evaluate((element) => Reflect.get(element, "value"))) === text) return;
  }
  throw new Error(`“${label}” should take “${text}”.`);
}
