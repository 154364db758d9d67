import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeChrome, launchChrome } from "@unroll/testing/node";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { fact, factPasses, fill, PATIENCE, press, ready, textOf } from "./test-support/on-page";
import { openSite, type Page, type Site } from "./test-support/site";
import type { Visit } from "./test-support/visit";
import { watchWorkers } from "./test-support/worker";

/** What `axeSource` defines in a page. */
declare const axe: typeof import("axe-core");

const visits = Object.values(import.meta.glob<{ readonly visit: Visit }>("./pages/**/visit.ts", { eager: true })).map(
  ({ visit }) => visit,
);
/** Where something is learned. */
const trained = visits.flatMap(({ path, bar }) => (bar === undefined ? [] : [path]));
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "unroll-gallery-"));
/** Kept to be looked at where the environment says so. */
const pictures = process.env.UNROLL_SCREENSHOTS ?? join(folder, "screenshots");

let site: Site;

vi.setConfig({ testTimeout: 3 * PATIENCE });

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  site = await openSite();
}, 3 * PATIENCE);

afterAll(async () => {
  await site[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** A page of its own storage, and what went wrong on it; closed when the test ends, or it would train on beside the next. */
async function visitor(): Promise<{ page: Page; errors: string[] }> {
  const context = await site.browser.createBrowserContext();
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) errors.push(message.text());
  });
  await page.setViewport({ width: 1100, height: 900 });
  return { page, errors };
}

async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
  expect(violations).toEqual([]);
}

async function look(page: Page, name: string): Promise<void> {
  for (const [scheme, width] of [
    ["light", 1100],
    ["dark", 360],
    ["dark", 1100],
    ["light", 360],
  ] as const) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await page.setViewport({ width, height: 900 });
    await page.screenshot({ path: join(pictures, `${name}-${scheme}-${width}.png`), fullPage: true });
    if (width === 360) {
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    }
    if (width === 1100) await expectAccessible(page);
  }
}

describe.each(visits)("$path", ({ path, bar, tryIt, cameBack, afterwards }) => {
  test("is tried, looked at and read aloud without fault", async () => {
    const { page, errors } = await visitor();
    await page.goto(`${site.url}/#/${path}`);
    if (bar === undefined) await page.waitForSelector("h2");
    else await learn(page, bar);
    await tryIt(page);
    if (bar !== undefined) {
      await press(page, "Pause");
      await ready(page);
    }
    if (await page.$("#code")) await page.waitForSelector(".code pre");
    if (await page.$("[aria-label=Equations]")) await page.waitForSelector(".equation math");
    await look(page, path.replaceAll("/", "-"));
    if (bar !== undefined) await comeBack(page, cameBack);
    await afterwards?.(page);
    expect(errors).toEqual([]);
  });
});

/** Trains until the score passes what an untrained model can have, and expects that the loss falls. */
async function learn(page: Page, bar: number): Promise<void> {
  await ready(page);
  await press(page, "Start");
  await factPasses(page, "step", 1, 5_000); // something is seen to be learned
  const before = await fact(page, "loss");
  expect(await page.$eval(".curve", (curve) => curve.getBoundingClientRect().top < innerHeight)).toBe(true); // unscrolled
  await factPasses(page, "score", bar);
  expect(await fact(page, "loss")).toBeLessThan(before);
}

/** Loads the page again, and goes on where it stopped. */
async function comeBack(page: Page, cameBack: Visit["cameBack"]): Promise<void> {
  const stopped = await fact(page, "step");
  await page.reload();
  await ready(page);
  expect(await fact(page, "step")).toBe(stopped);
  await cameBack?.(page);
  await press(page, "Resume");
  await factPasses(page, "step", stopped + 1);
}

test("a page leads to its neighbours, each seen from its top", async () => {
  const { page, errors } = await visitor();
  await page.setViewport({ width: 360, height: 640 });
  await page.goto(`${site.url}/#/memory`);
  const follow = async (relation: "next" | "prev", title: string) => {
    await page.locator(`.pager [rel=${relation}]`).click();
    await page.waitForFunction((wanted) => document.querySelector("h1")?.textContent === wanted, {}, title);
    expect(await page.evaluate(() => scrollY)).toBe(0);
  };
  await follow("next", "Gradients through time");
  await follow("prev", "Memory");
  expect(await page.$(".pager [rel=prev]")).toBeNull();
  expect(errors).toEqual([]);
});

test("a lost device is said, and training goes on from what was kept", async () => {
  const { page } = await visitor();
  const workers = await watchWorkers(page);
  await page.goto(`${site.url}/#/memory/sum`);
  await ready(page);
  await press(page, "Start");
  await factPasses(page, "step", 20);
  const before = await fact(page, "step");
  await workers.lose();
  await factPasses(page, "step", before + 50);
  expect(await textOf(page, "[role=status]")).toBe("Training.");
});

test("after ten changes of page with training on each, no buffer is left over", async () => {
  const { page, errors } = await visitor();
  const train = async (path: string) => {
    await page.goto(`${site.url}/#/${path}`);
    await ready(page);
    await page.evaluate(() => document.querySelector<HTMLElement>("button.primary")?.click());
    const before = await fact(page, "step");
    await factPasses(page, "step", (Number.isNaN(before) ? 0 : before) + 1);
  };
  const workers = await watchWorkers(page);
  for (let change = 0; change <= 10; change++) await train(trained[change % trained.length] ?? "");
  expect((await workers.buffers()).at(-1)?.alive).toBeGreaterThan(0);
  await page.goto(`${site.url}/#/`);
  await expect.poll(() => page.workers().length).toBe(0);
  const buffers = await workers.buffers();
  expect(buffers.map(({ alive }) => alive)).toEqual(new Array(11).fill(0));
  for (const { most } of buffers) expect(most).toBeGreaterThan(0);
  expect(errors).toEqual([]);
});

test("weights are saved, refused by another model, and loaded; the model is exported", async () => {
  const { page } = await visitor();
  const downloads = mkdtempSync(join(folder, "downloads-"));
  const session = await page.createCDPSession();
  await session.send("Browser.setDownloadBehavior", {
    behavior: "allow",
    browserContextId: page.browserContext().id ?? "",
    downloadPath: downloads,
  });
  await page.goto(`${site.url}/#/memory/sum`);
  await ready(page);
  await press(page, "Save weights");
  await press(page, "Export ONNX");
  await press(page, "Export PyTorch");
  const made = ["memory-sum.safetensors", "memory-sum.onnx", "memory-sum.py", "memory-sum-torch.safetensors"];
  await expect.poll(() => readdirSync(downloads).sort()).toEqual(made.sort());

  const input = await page.waitForSelector("input[type=file]");
  const said = () => textOf(page, "[data-answer=sums]");
  await expect.poll(said).toMatch(/[✓✗]/);
  const before = await said();
  await fill(page, "Seed", "1");
  await press(page, "Apply and reset");
  await expect.poll(said).not.toBe(before);
  await ready(page);
  await input?.uploadFile(join(downloads, "memory-sum.safetensors"));
  await expect.poll(said).toBe(before);
  await press(page, "Start");
  await factPasses(page, "step", 1);
  await input?.uploadFile(join(downloads, "memory-sum.safetensors")); // and goes on
  const step = await fact(page, "step");
  await factPasses(page, "step", step + 100);
  await fill(page, "Units", "8");
  await press(page, "Apply and reset");
  await page.waitForFunction(() => !document.querySelector("[data-fact=parameters]")?.textContent?.startsWith("1,1"));
  await ready(page);
  await input?.uploadFile(join(downloads, "memory-sum.safetensors"));
  await page.waitForSelector("[role=alert]");
  expect(await textOf(page, "[role=alert]")).toContain("These weights are of another model");

  await page.goto(`${site.url}/#/transformer`);
  await ready(page);
  await press(page, "Export ONNX");
  await press(page, "Export PyTorch weights"); // of attention no script is written
  made.push("transformer.onnx", "transformer-torch.safetensors");
  await expect.poll(() => readdirSync(downloads).sort()).toEqual(made.sort());
});

test("what was loaded once works without a network", async () => {
  const { page, errors } = await visitor();
  await page.goto(site.url);
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await page.reload(); // now under the service worker's control
  await page.setOfflineMode(true);
  await page.goto(`${site.url}/#/memory/sum`);
  await page.reload();
  await ready(page);
  await press(page, "Start");
  await factPasses(page, "step", 1);
  await page.goto(`${site.url}/#/bench`); // a document of its own within the page
  const frame = await page.waitForFrame((each) => each.url().endsWith("bench/index.html"));
  await frame.waitForSelector("button[type=submit]");
  expect(errors).toEqual([]);
});

test("without WebGPU the page says so and what to do", async () => {
  const insecure = await launchChrome({
    adapter: "software",
    args: ["--host-resolver-rules=MAP gallery.test 127.0.0.1"],
  });
  onTestFinished(() => closeChrome(insecure));
  const page = await insecure.newPage();
  await page.goto(`${site.url.replace("127.0.0.1", "gallery.test")}/#/memory/sum`);
  await page.waitForSelector("[role=alert]");
  expect(await textOf(page, "[role=alert]")).toMatch(/gives no GPU.*Serve it over https/s);
});

test("the front page and an address that names nothing", async () => {
  const { page, errors } = await visitor();
  await page.goto(site.url);
  await page.waitForSelector(".cards a");
  await look(page, "front");
  await page.goto(`${site.url}/#/nothing`);
  await page.waitForSelector("[role=alert]");
  expect(errors).toEqual([]);
});
