import "./lib/node-version.mjs";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { pack, publishedPackages } from "./lib/pack.mjs";
import { runQuietly } from "./lib/processes.mjs";
import { root } from "./lib/root.mjs";

// Packs every published package, installs the tarballs with npm into an empty project, bundles a page with Vite, and
// trains a small LSTM with it in headless Chrome: what a user does on the first day, with what a user gets.
const { runPage } = await import(pathToFileURL(join(root, "packages", "testing", "dist", "node", "index.js")).href);
const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const project = mkdtempSync(join(tmpdir(), "unroll-pack-"));
try {
  const tarballs = publishedPackages().map((published) => [published.name, `file:${pack(published, project)}`]);
  const manifest = {
    name: "empty-project",
    private: true,
    type: "module",
    dependencies: Object.fromEntries(tarballs),
    devDependencies: { vite: devDependencies.vite },
  };
  writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
  cpSync(join(root, "scripts", "pack-test"), project, { recursive: true });

  const npm = process.env.npm_execpath?.endsWith("npm-cli.js")
    ? [process.execPath, process.env.npm_execpath]
    : [process.platform === "win32" ? "npm.cmd" : "npm"];
  runQuietly([...npm, "install", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: project, env: process.env });
  runQuietly([process.execPath, join("node_modules", "vite", "bin", "vite.js"), "build"], { cwd: project });

  /** @type {{ first: number, last: number, adapter: string }} */
  const { first, last, adapter } = await runPage({
    directory: join(project, "dist"),
    timeoutMs: 300_000,
    stallMs: 300_000, // it reports once, at its end
    onMessage: (/** @type {unknown} */ message, /** @type {(value: unknown) => void} */ finish) => finish(message),
  });
  process.stdout.write(`loss ${first.toFixed(4)} to ${last.toFixed(4)} on ${adapter}\n`);
  // it starts near ln 2, the loss of a coin toss, and a model that remembers one bit gets far below half of that
  if (!(Math.abs(first - Math.LN2) < 0.2 && last < first / 2)) {
    throw new Error(
      `the loss should fall from about ${Math.LN2.toFixed(2)} to less than half but went ${first} to ${last}`,
    );
  }
} finally {
  rmSync(project, { recursive: true });
}
