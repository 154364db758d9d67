import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { closeChrome, type DirectoryServer, launchChrome, serveDirectory } from "@unroll/testing/node";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SOFTWARE_LABEL } from "../label";
import { parseReport } from "../parse-report";
import { makeReport, makeRow } from "../test-support/report";

const folder = mkdtempSync(join(tmpdir(), "unroll-bench-page-"));
const slow = { timeout: 60_000 };

type Browser = Awaited<ReturnType<typeof launchChrome>>;
type Page = Awaited<ReturnType<Browser["newPage"]>>;

let server: DirectoryServer;
let browser: Browser;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  await build({
    configFile: false,
    root: fileURLToPath(new URL(".", import.meta.url)),
    base: "./",
    logLevel: "error",
    resolve: { conditions: ["@unroll/source", "module", "browser", "development|production", "default"] },
    build: { outDir: join(folder, "site"), emptyOutDir: true, target: "es2022", minify: false },
  });
  server = await serveDirectory(join(folder, "site"));
  browser = await launchChrome({ adapter: "software" });
  page = await browser.newPage();
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.setViewport({ width: 1100, height: 900 });
  const session = await page.createCDPSession();
  await session.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: folder, eventsEnabled: true });
  await page.goto(`${server.url}/`);
}, 60_000);

afterAll(async () => {
  await closeChrome(browser);
  await server.close();
  rmSync(folder, { recursive: true });
});

/** Text of the first element that a selector finds. */
const textOf = (selector: string) => page.$eval(selector, (found) => found.textContent ?? "");

/** Takes a picture, and says how many colours it has: a blank page has one. */
async function coloursOf(name: string): Promise<number> {
  const png = Buffer.from(await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true }));
  return page.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d");
    context?.drawImage(image, 0, 0);
    const { data } = context?.getImageData(0, 0, image.width, image.height) ?? { data: new Uint8ClampedArray() };
    return new Set(new Uint32Array(data.buffer)).size;
  }, png.toString("base64"));
}

test("a user runs a family to its end and sees rows, a chart and the label", slow, async () => {
  expect(await textOf("[role=status]")).toContain("Nothing has been measured yet");
  await page.type("input[name=filter]", "names-step-1$");
  await page.click("button[type=submit]");
  await page.waitForFunction(() => /^Done: 1 row\./.test(document.querySelector("[role=status]")?.textContent ?? ""), {
    timeout: 45_000,
  });
  expect(await page.$$eval("tbody tr", (rows) => rows.map((row) => row.textContent))).toHaveLength(1);
  expect(await textOf("tbody tr")).toMatch(/^names-step-1V57 H128 C18 B1 T10step/);
  for (const place of [".label", "caption", "svg.chart"]) expect(await textOf(place), place).toContain(SOFTWARE_LABEL);
  expect(await page.$$eval("svg.chart rect.now", (bars) => bars.length)).toBeGreaterThan(0);
  expect(await coloursOf("after-a-run")).toBeGreaterThan(8);
  expect(errors).toEqual([]);
});

test("the run is exported as the command line writes it, with the label", slow, async () => {
  await page.evaluate(() => {
    // the name and contents of the download, as the browser gets them
    HTMLAnchorElement.prototype.click = function (this: HTMLAnchorElement) {
      document.body.dataset.download = this.download;
      void fetch(this.href)
        .then((answer) => answer.text())
        .then((text) => {
          document.body.dataset.exported = text;
        });
    };
  });
  await page.evaluate(() => {
    const button = [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Export JSON");
    button?.click();
  });
  await page.waitForFunction(() => document.body.dataset.exported);
  const [name, text] = await page.evaluate(() => [document.body.dataset.download, document.body.dataset.exported]);
  expect(name).toMatch(/^[\w.-]+-\d{4}-\d\d-\d\d\.json$/);
  const report = parseReport(text ?? "", "export");
  expect(report.software).toBe(true);
  expect(report.device).toContain(SOFTWARE_LABEL);
  expect(report.rows.map((row) => row.name)).toEqual(["names-step-1"]);
  expect(report.rows[0]?.samples.length).toBe(report.rows[0]?.n);
});

test("a run is compared with a file, and a file that is none is refused in words", slow, async () => {
  const row = makeRow(1000, { name: "names-step-1", shape: "V57 H128 C18 B1 T10" });
  const file = join(folder, "old.json");
  writeFileSync(file, JSON.stringify(makeReport([row], { device: "Some GPU" })));
  const input = await page.$("input[type=file]");
  await input?.uploadFile(file);
  await page.waitForFunction(() => document.querySelectorAll("caption").length === 2);
  expect(await textOf("tbody tr td:last-child")).toBe("faster"); // than a second
  expect(await page.$$eval("svg.chart rect.before", (bars) => bars.length)).toBeGreaterThan(0);

  writeFileSync(file, JSON.stringify({ rows: [] }));
  await input?.uploadFile(file);
  await page.waitForSelector("[role=status].failure");
  expect(await textOf("[role=status]")).toContain("old.json should be a run");
});

test(
  "every control has a name, is reached by the keyboard, and a narrow screen need not scroll sideways",
  slow,
  async () => {
    const names = await page.$$eval("input, select, button", (controls) =>
      controls.map((control) => (control.closest("label")?.textContent || control.textContent || "").trim()),
    );
    expect(names.filter((name) => name === "")).toEqual([]);
    await page.focus("input[type=checkbox]");
    const reached = new Set<string>();
    for (let press = 0; press < names.length + 4; press++) {
      reached.add(await page.evaluate(() => document.activeElement?.tagName ?? ""));
      await page.keyboard.press("Tab");
    }
    for (const tag of ["INPUT", "SELECT", "BUTTON", "DIV"]) expect(reached).toContain(tag); // the table is a region
    await page.setViewport({ width: 360, height: 740 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    expect(await coloursOf("narrow")).toBeGreaterThan(8);
  },
);

test("a dark screen gets a dark page", slow, async () => {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }]);
  expect(await background()).toBe("rgb(255, 255, 255)");
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
  expect(await background()).toBe("rgb(20, 25, 31)");
  expect(await coloursOf("dark")).toBeGreaterThan(8);
});
