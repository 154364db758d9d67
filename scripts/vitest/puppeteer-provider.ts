import { defineBrowserProvider } from "@vitest/browser";
import type { Browser } from "puppeteer";
import type { BrowserProvider, TestProject } from "vitest/node";
import { closeChrome, launchChrome } from "../../packages/testing/src/node";

/** Runs Vitest's browser mode in headless Chrome through puppeteer: one Chrome per project, a page each time it asks. */
class PuppeteerProvider implements BrowserProvider {
  readonly name = "puppeteer";
  readonly supportsParallelism = false; // a software adapter shares the CPU, and timings must not disturb each other
  private browser: Promise<Browser> | undefined;

  constructor(private readonly project: TestProject) {}

  getCommandsContext(): Record<string, unknown> {
    return {};
  }

  async openPage(_sessionId: string, url: string): Promise<void> {
    this.browser ??= launchChrome();
    const browser = await this.browser;
    browser.once("disconnected", () => this.fail("Chrome ended during the tests"));
    const page = await browser.newPage();
    page.on("error", (error) => this.fail(`the page crashed: ${error.message}`));
    await page.goto(url, { waitUntil: "load" });
  }

  /** Vitest alone may wait for ever for a page that is gone. */
  private fail(why: string): void {
    if (this.closing) return;
    this.project.vitest.state.catchError(new Error(`${this.project.name}: ${why}`), "Browser Error");
    void this.project.vitest.cancelCurrentRun("test-failure");
  }

  private closing = false;

  async close(): Promise<void> {
    this.closing = true;
    if (this.browser !== undefined) await closeChrome(await this.browser);
    this.browser = undefined;
  }
}

export function puppeteer() {
  return defineBrowserProvider({
    name: "puppeteer",
    supportedBrowser: ["chrome"],
    options: {},
    providerFactory: (project) => new PuppeteerProvider(project),
  });
}
