import { defineBrowserProvider } from "@vitest/browser";
import type { Browser } from "puppeteer";
import type { BrowserProvider, TestProject } from "vitest/node";
import { closeChrome, launchChrome } from "../../packages/testing/src/node";

/**
 * Runs Vitest's browser mode in headless Chrome through puppeteer: a Chrome for each page that it asks for. Pages of one Chrome
 * share its GPU process, which compiles one shader after another.
 */
class PuppeteerProvider implements BrowserProvider {
  readonly name = "puppeteer";
  readonly supportsParallelism = true;
  private readonly browsers: Browser[] = [];

  constructor(private readonly project: TestProject) {}

  getCommandsContext(): Record<string, unknown> {
    return {};
  }

  async openPage(_sessionId: string, url: string): Promise<void> {
    const browser = await launchChrome({ args: ["--js-flags=--expose-gc"] }); // tests see what is collected
    this.browsers.push(browser);
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
    await Promise.all(this.browsers.splice(0).map(closeChrome));
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
