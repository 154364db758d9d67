import puppeteer from "puppeteer";
import { afterEach, expect, test, vi } from "vitest";
import { NoBrowserError } from "./errors";
import { chromeBuild } from "./fetch-browser";
import { findBrowser } from "./find-browser";
import { usualPlaces } from "./installed-browsers";

afterEach(() => vi.unstubAllEnvs());

test("PUPPETEER_EXECUTABLE_PATH comes before everything else", async () => {
  vi.stubEnv("PUPPETEER_EXECUTABLE_PATH", process.execPath);
  expect(await findBrowser()).toBe(process.execPath);
});

test("a PUPPETEER_EXECUTABLE_PATH that names no file is an error, not a reason to look elsewhere", async () => {
  vi.stubEnv("PUPPETEER_EXECUTABLE_PATH", "/nowhere/chrome");
  await expect(findBrowser()).rejects.toThrow("PUPPETEER_EXECUTABLE_PATH: there is no file /nowhere/chrome");
});

test("the error names the three ways out", () => {
  expect(new NoBrowserError(["puppeteer's download: no network"]).message).toMatchInlineSnapshot(`
    "No browser with WebGPU was found, and none could be fetched. Any one of these will do:
      1. install Chrome, Chromium or Edge (on Debian: apt-get install chromium) and run the command again;
      2. set PUPPETEER_EXECUTABLE_PATH to the browser's program file;
      3. run \`npx puppeteer browsers install chrome\` where downloads are allowed.
    What was tried:
      - puppeteer's download: no network"
  `);
});

test("Linux: the folders of PATH in order, then the usual places", () => {
  const places = usualPlaces({ platform: "linux", env: { PATH: "/a:/b" }, home: "/home/u" });
  expect(places.slice(0, 3)).toEqual(["/a/google-chrome-stable", "/a/google-chrome", "/a/chromium"]);
  expect(places).toContain("/b/microsoft-edge");
  expect(places.at(-1)).toBe("/usr/bin/microsoft-edge");
});

test("macOS: both folders of applications", () => {
  const places = usualPlaces({ platform: "darwin", env: {}, home: "/Users/u" });
  expect(places[0]).toBe("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
  expect(places).toContain("/Users/u/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge");
});

test("Windows: the folders of programs that are set", () => {
  const env = { ProgramFiles: "C:\\Program Files", LOCALAPPDATA: "C:\\Users\\u\\AppData\\Local" };
  const places = usualPlaces({ platform: "win32", env, home: "C:\\Users\\u" });
  expect(places).toContain("C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe");
  expect(places).toContain("C:\\Users\\u\\AppData\\Local\\Google\\Chrome\\Application\\chrome.exe");
  expect(places).toHaveLength(6);
});

test("the Chrome we download is the one that the installed puppeteer is made for", () => {
  // its types leave the field out
  const revision: unknown = Reflect.get(puppeteer, "defaultBrowserRevision");
  expect(revision).toBe(chromeBuild);
});
