/** No browser was found and none could be fetched. `attempts` says what was tried, in order, and why it failed. */
export class NoBrowserError extends Error {
  override readonly name = "NoBrowserError";

  constructor(readonly attempts: readonly string[]) {
    super(
      [
        "No browser with WebGPU was found, and none could be fetched. Any one of these will do:",
        "  1. install Chrome, Chromium or Edge (on Debian: apt-get install chromium) and run the command again;",
        "  2. set PUPPETEER_EXECUTABLE_PATH to the browser's program file;",
        "  3. run `npx puppeteer browsers install chrome` where downloads are allowed.",
        "What was tried:",
        ...attempts.map((attempt) => `  - ${attempt}`),
      ].join("\n"),
    );
  }
}

/** The page under test failed: it threw, crashed, or could not be loaded. */
export class PageError extends Error {
  override readonly name: string = "PageError";
}

/** The page sent nothing for too long, or did not finish in time; the browser was killed. */
export class StalledPageError extends PageError {
  override readonly name = "StalledPageError";

  constructor(
    readonly waitedMs: number,
    readonly limit: "stallMs" | "timeoutMs",
  ) {
    super(
      limit === "stallMs"
        ? `The page should report at least every ${waitedMs} ms but sent nothing for that long. ` +
            "Raise stallMs if its work is that slow; otherwise a GPU dispatch never ended."
        : `The page should finish within ${waitedMs} ms but has not. Raise timeoutMs or give it less to do.`,
    );
  }
}
