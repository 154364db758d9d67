import type { Browser, ConsoleMessage } from "puppeteer";
import { PageError, StalledPageError } from "./errors";
import { closeChrome, killChrome, type LaunchOptions, launchChrome } from "./launch-chrome";
import { serveDirectory } from "./serve-directory";

/** What passes between page and Node: anything that JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type RunPageOptions<T> = LaunchOptions & {
  /** Address of the page, or its path below `directory` ("index.html" when absent). */
  url?: string | undefined;
  /** Folder to serve on 127.0.0.1 while the page runs. */
  directory?: string | undefined;
  /** Further folders for the page to fetch from, see `serveDirectory`. */
  mounts?: Readonly<Record<string, string>> | undefined;
  /** Lies in `window.unrollInput` before the page's first script runs. */
  input?: Json | undefined;
  /**
   * Called for each `window.unrollSend(message)`, in order. What it returns is what the page's `await unrollSend(…)`
   * gives. Calling `finish(value)` ends the run with that value; throwing ends it with the error.
   */
  onMessage(message: Json, finish: (value: T) => void): Json | undefined | Promise<Json | undefined>;
  /** Called for each line that the page logs; errors and warnings go to standard error when absent. */
  onLog?: ((level: string, text: string) => void) | undefined;
  /** Most milliseconds from start to finish; none when absent. */
  timeoutMs?: number | undefined;
  /** Most milliseconds between two messages; 60,000 when absent. */
  stallMs?: number | undefined;
};

function logToStderr(level: string, text: string): void {
  if (level === "error" || level === "warn") process.stderr.write(`page ${level}: ${text}\n`);
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/**
 * Opens a page in headless Chrome, passes its messages on, and closes Chrome whatever happens.
 * @throws PageError if the page throws, crashes or does not load
 * @throws StalledPageError if it is silent for `stallMs` or not done after `timeoutMs`; Chrome is killed then
 */
export async function runPage<T>(options: RunPageOptions<T>): Promise<T> {
  const server =
    options.directory === undefined ? undefined : await serveDirectory(options.directory, { mounts: options.mounts });
  try {
    const address = new URL(options.url ?? "index.html", server && `${server.url}/`).href;
    const browser = await launchChrome(options);
    try {
      return await converse(browser, address, options);
    } catch (error) {
      if (error instanceof StalledPageError) killChrome(browser);
      throw error;
    } finally {
      await closeChrome(browser);
    }
  } finally {
    await server?.close();
  }
}

async function converse<T>(browser: Browser, address: string, options: RunPageOptions<T>): Promise<T> {
  const { onMessage, onLog = logToStderr, stallMs = 60_000, timeoutMs } = options;
  const page = await browser.newPage();
  let stallTimer: NodeJS.Timeout | undefined;
  let timeoutTimer: NodeJS.Timeout | undefined;
  let isOver = false;
  try {
    return await new Promise<T>((resolve, reject) => {
      const heard = (): void => {
        clearTimeout(stallTimer);
        if (isOver) return; // the answer to the last message comes after the end: a timer then would keep Node alive
        stallTimer = setTimeout(() => reject(new StalledPageError(stallMs, "stallMs")), stallMs);
      };
      heard();
      if (timeoutMs !== undefined) {
        timeoutTimer = setTimeout(() => reject(new StalledPageError(timeoutMs, "timeoutMs")), timeoutMs);
      }
      page.on("pageerror", (error) => reject(new PageError(`The page threw: ${textOf(error)}`)));
      page.on("error", (error) => reject(new PageError(`The page crashed: ${textOf(error)}`)));
      page.on("console", (message: ConsoleMessage) => onLog(message.type(), message.text()));
      browser.on("disconnected", () => reject(new PageError("Chrome ended before the page had finished.")));

      const receive = async (message: Json): Promise<Json | undefined> => {
        heard();
        try {
          const reply = await onMessage(message, resolve);
          heard();
          return reply;
        } catch (error) {
          reject(error);
          throw error;
        }
      };
      const open = async (): Promise<void> => {
        await page.exposeFunction("unrollSend", receive);
        await page.evaluateOnNewDocument((input) => {
          Object.assign(window, { unrollInput: input });
        }, options.input ?? null);
        const response = await page.goto(address, { waitUntil: "domcontentloaded", timeout: stallMs });
        if (response !== null && !response.ok()) {
          throw new PageError(`${address} should load but the answer was ${response.status()}.`);
        }
      };
      open().catch(reject);
    });
  } finally {
    isOver = true;
    clearTimeout(stallTimer);
    clearTimeout(timeoutTimer);
    browser.removeAllListeners("disconnected");
  }
}
