import { existsSync, readdirSync } from "node:fs";
import { type Browser, launch } from "puppeteer";
import { findBrowser } from "./find-browser";
import { serveDirectory } from "./serve-directory";

/** "auto" takes the machine's GPU where Chrome can use it, else the software adapter; "software" always the latter. */
export type AdapterChoice = "auto" | "software";

export type LaunchOptions = {
  adapter?: AdapterChoice | undefined;
  /** Program file; found by `findBrowser` when absent. */
  executablePath?: string | undefined;
  /** Further command-line flags. */
  args?: readonly string[] | undefined;
};

// Without these Chrome looks up and calls Google's hosts at every start, which a closed network refuses noisily.
const quietNetwork = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-quic",
  "--disable-sync",
  "--no-first-run",
];

const softwareAdapter = "--use-webgpu-adapter=swiftshader";
// Headless Chrome on Linux draws with OpenGL unless told otherwise, and then leaves the Vulkan driver alone.
const linuxGpu = ["--enable-features=Vulkan", "--use-angle=vulkan", "--disable-vulkan-surface"];
const closeLimitMs = 5_000;

function hasGpuDevice(): boolean {
  if (process.platform !== "linux") return true;
  return existsSync("/dev/dri") || readdirSync("/dev").some((name) => /^nvidia\d/.test(name));
}

async function hasAdapter(browser: Browser): Promise<boolean> {
  // navigator.gpu is missing on about:blank; any page of 127.0.0.1 has it, even an answer 404.
  const server = await serveDirectory(".");
  const page = await browser.newPage();
  try {
    await page.goto(`${server.url}/probe-of-the-adapter`);
    return await page.evaluate(async () => (await navigator.gpu?.requestAdapter()) != null);
  } finally {
    await page.close();
    await server.close();
  }
}

/**
 * Starts headless Chrome with WebGPU. Puppeteer's three default flags against throttling of background pages stay on.
 * @throws NoBrowserError if there is no browser and none can be fetched
 */
export async function launchChrome(options: LaunchOptions = {}): Promise<Browser> {
  const { adapter = "auto", args = [] } = options;
  const executablePath = options.executablePath ?? (await findBrowser());
  const start = (extra: readonly string[]): Promise<Browser> =>
    launch({
      executablePath,
      headless: true,
      args: [
        "--enable-unsafe-webgpu", // without it a machine with no GPU gets no adapter, and Linux few
        ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), // Chrome refuses to start a sandbox as root
        ...quietNetwork,
        ...extra,
        ...args,
      ],
    });
  if (adapter === "software" || !hasGpuDevice()) return start([softwareAdapter]);

  const browser = await start(process.platform === "linux" ? linuxGpu : []);
  if (await hasAdapter(browser)) return browser;
  await closeChrome(browser);
  return start([softwareAdapter]); // there is a GPU, but no driver that Chrome accepts
}

/** Ends Chrome at once, with its children, by process id. */
export function killChrome(browser: Browser): void {
  const child = browser.process();
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  // Puppeteer starts Chrome as the head of a process group of its own, except on Windows.
  process.kill(process.platform === "win32" ? child.pid : -child.pid, "SIGKILL");
}

/** Closes Chrome, or kills it where closing takes too long: a dispatch that never ends keeps it from closing. */
export async function closeChrome(browser: Browser): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), closeLimitMs);
  });
  const outcome = await Promise.race([browser.close().then(() => "closed" as const), late]);
  clearTimeout(timer);
  if (outcome === "late") killChrome(browser);
}
