import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { closeChrome, type DirectoryServer, launchChrome, serveDirectory } from "@unroll/testing/node";
import { afterAll, beforeAll, expect, test } from "vitest";

/** What `axeSource` defines in a page. */
declare const axe: typeof import("axe-core");

const site = fileURLToPath(new URL("../dist/site", import.meta.url));
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let server: DirectoryServer;
let browser: Awaited<ReturnType<typeof launchChrome>>;

beforeAll(async () => {
  if (!existsSync(site)) throw new Error(`${site} should hold the built site. Build it first: npm run build.`);
  server = await serveDirectory(site);
  browser = await launchChrome({ adapter: "software" });
}, 60_000);

afterAll(async () => {
  await closeChrome(browser);
  await server.close();
});

const PAGES = [
  "index",
  "guide/getting-started",
  "guide/translation",
  "coming-from/keras",
  "packages/index",
  "packages/nn",
  "internals/performance",
];

test.each(PAGES)(
  "%s is read aloud without fault, light and dark, and a narrow screen need not scroll it sideways",
  {
    timeout: 60_000,
  },
  async (path) => {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => {
      if (["error", "warn"].includes(message.type())) errors.push(message.text());
    });
    for (const [scheme, width] of [
      ["light", 1280],
      ["dark", 360],
    ] as const) {
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      await page.setViewport({ width, height: 900 });
      await page.goto(`${server.url}/${path}.html`, { waitUntil: "networkidle0" });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await page.evaluate(axeSource);
      const violations = await page.evaluate(async () => {
        const { violations } = await axe.run();
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" ")}`);
      });
      expect(violations, `${scheme} ${width}`).toEqual([]);
    }
    expect(errors).toEqual([]);
    await page.close();
  },
);

test("the API has the equations, shapes and errors of the docstrings, and no private member", () => {
  const html = readFileSync(`${site}/api/nn.html`, "utf8");
  const text = html.replace(/<[^>]*>/g, "").replaceAll("&gt;", ">");
  expect(text).toContain("[i f g o]_t = W·x_t + R·h_{t−1} + b;");
  expect(text).toContain("steps(layer?: number): LayerSteps;");
  expect(text).toContain("@throws ShapeError if x is neither [B, T, I] nor classes [B, T], or is empty");
  // StackOptions, which an LSTM's layers and direction are among, is not exported
  for (const name of ["LSTM", "train", "crossEntropy", "TrainOptions", "StackOptions"])
    expect(html).toContain(`id="${name}"`);
  expect(text).not.toMatch(/#private|^ +private /m);
});
