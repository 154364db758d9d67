import { execFileSync, spawnSync } from "node:child_process";
import { Browser, Cache, computeExecutablePath, detectBrowserPlatform, install } from "@puppeteer/browsers";

/** The Chrome that the installed puppeteer is made for. */
export const chromeBuild = "148.0.7778.97";

const downloadStallMs = 30_000;

function say(text: string): void {
  process.stderr.write(`unroll: ${text}\n`);
}

/** The newest Chrome in puppeteer's cache that starts. */
export function cachedChrome(cacheDir: string): string | undefined {
  const newestFirst = new Cache(cacheDir)
    .getInstalledBrowsers()
    .filter(({ browser }) => browser === Browser.CHROME)
    .sort((a, b) => b.buildId.localeCompare(a.buildId, "en", { numeric: true }));
  return newestFirst.find(({ executablePath }) => runs(executablePath))?.executablePath;
}

/**
 * Whether a browser starts at all. A download for Linux lacks the system's shared libraries, which a bare machine may
 * not have. Elsewhere nothing can be missing, and on Windows `--version` would open a window.
 */
export function runs(executable: string): boolean {
  return process.platform !== "linux" || spawnSync(executable, ["--version"], { timeout: 20_000 }).status === 0;
}

/** Downloads Chrome into puppeteer's own cache. Rejects where the network, or a shared library, is missing. */
export async function downloadChrome(cacheDir: string): Promise<string> {
  const platform = detectBrowserPlatform();
  if (platform === undefined) throw new Error(`there is no Chrome to download for ${process.platform} ${process.arch}`);
  const build = { browser: Browser.CHROME, buildId: chromeBuild, cacheDir, platform };
  say(`downloading Chrome ${build.buildId} into ${cacheDir}`);
  await new Promise<void>((resolve, reject) => {
    const stalled = () => reject(new Error(`no byte came for ${downloadStallMs / 1000} s`));
    let timer = setTimeout(stalled, downloadStallMs);
    install({
      ...build,
      downloadProgressCallback: () => {
        clearTimeout(timer);
        timer = setTimeout(stalled, downloadStallMs);
      },
    })
      .then(() => resolve(), reject)
      .finally(() => clearTimeout(timer));
  });
  const executable = computeExecutablePath(build);
  if (!runs(executable)) throw new Error(`${executable} was downloaded, but this system lacks libraries that it needs`);
  return executable;
}

type PackageManager = { command: string; steps: readonly (readonly string[])[]; needsRoot: boolean };

const packageManagers: readonly PackageManager[] = [
  {
    command: "apt-get",
    steps: [
      ["update", "-qq"],
      ["install", "-y", "-qq", "--no-install-recommends", "chromium"],
    ],
    needsRoot: true,
  },
  { command: "dnf", steps: [["install", "-y", "-q", "chromium"]], needsRoot: true },
  { command: "pacman", steps: [["-Sy", "--noconfirm", "--needed", "chromium"]], needsRoot: true },
  { command: "brew", steps: [["install", "--cask", "chromium"]], needsRoot: false },
];

function exists(command: string): boolean {
  return spawnSync(command, ["--version"], { stdio: "ignore", timeout: 20_000 }).status === 0;
}

/** Installs Chromium with the system's package manager: as root, through sudo where it asks no password, or not at all. */
export function installWithPackageManager(): void {
  const manager = process.platform === "win32" ? undefined : packageManagers.find(({ command }) => exists(command));
  if (manager === undefined) throw new Error("no package manager that is known here (apt-get, dnf, pacman, brew)");
  const prefix = manager.needsRoot && process.getuid?.() !== 0 ? ["sudo", "-n"] : [];
  if (prefix.length > 0 && spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status !== 0) {
    throw new Error(`${manager.command} needs root, and sudo asks for a password`);
  }
  for (const step of manager.steps) {
    const [command = manager.command, ...args] = [...prefix, manager.command, ...step];
    say(`installing a browser: ${[command, ...args].join(" ")}`);
    // Its standard output would mix with ours, which a program may read; errors stay visible.
    execFileSync(command, args, {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  }
}
