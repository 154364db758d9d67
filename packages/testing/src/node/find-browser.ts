import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { NoBrowserError } from "./errors";
import { cachedChrome, downloadChrome, installWithPackageManager } from "./fetch-browser";
import { usualPlaces } from "./installed-browsers";

function installed(): string | undefined {
  return usualPlaces({ platform: process.platform, env: process.env, home: homedir() }).find((path) =>
    existsSync(path),
  );
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The program file of a browser with WebGPU. In this order: `PUPPETEER_EXECUTABLE_PATH`; an installed Chrome, Chromium
 * or Edge; puppeteer's own cache; a download into that cache; the system's package manager, where we may use it.
 * Says on standard error what it fetches.
 * @throws NoBrowserError if none of these gives one, with the reason for each
 */
export async function findBrowser(): Promise<string> {
  const given = process.env.PUPPETEER_EXECUTABLE_PATH;
  if (given) {
    if (existsSync(given)) return given;
    throw new NoBrowserError([`PUPPETEER_EXECUTABLE_PATH: there is no file ${given}`]);
  }
  const cacheDir = process.env.PUPPETEER_CACHE_DIR ?? join(homedir(), ".cache", "puppeteer");
  const found = installed() ?? cachedChrome(cacheDir);
  if (found !== undefined) return found;

  const attempts = ["an installed Chrome, Chromium or Edge: none in the usual places or on PATH"];
  try {
    return await downloadChrome(cacheDir);
  } catch (error) {
    attempts.push(`puppeteer's download: ${reason(error)}`);
  }
  try {
    installWithPackageManager();
    const now = installed();
    if (now !== undefined) return now;
    attempts.push("the system's package manager: it ended well, but no browser is in the usual places");
  } catch (error) {
    attempts.push(`the system's package manager: ${reason(error)}`);
  }
  throw new NoBrowserError(attempts);
}
