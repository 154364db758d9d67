import "./lib/node-version.mjs";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { publishedPackages } from "./lib/pack.mjs";
import { root } from "./lib/root.mjs";

/** @type {{ packages: Record<string, number>, imports: Record<string, number>, gallery: Record<string, number> }} bytes, minified and gzipped */
const limits = JSON.parse(readFileSync(join(root, "scripts", "size-limits.json"), "utf8"));
const packages = publishedPackages();
const entry = (/** @type {string} */ folder) => join(folder, "dist", "index.js");

/** @param {import("esbuild").BuildOptions} options @returns {Promise<number>} minified and gzipped */
async function sizeOf(options) {
  const { outputFiles = [] } = await build({
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    write: false,
    ...options,
  });
  return gzipSync(outputFiles[0]?.contents ?? new Uint8Array(), { level: 9 }).length;
}

/** The example of the README and every program in `size-imports/`, by name. */
function programs() {
  const folder = join(root, "scripts", "size-imports");
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const example = /```ts\n(import [\s\S]*?)```/.exec(readme)?.[1];
  if (example === undefined) throw new Error("README.md has no TypeScript block that begins with its imports.");
  const files = readdirSync(folder).map((file) => [basename(file, ".js"), readFileSync(join(folder, file), "utf8")]);
  return Object.fromEntries([...files, ["readme-example", example]]);
}

/** @typedef {{ name: string, size: number, limit: number | undefined }} Row */

/** Everything a built package exports, without its siblings: the most that a page can be made to load. */
async function packageRows() {
  /** @type {Row[]} */
  const rows = [];
  for (const { name, folder } of packages) {
    const size = await sizeOf({ entryPoints: [entry(folder)], external: ["@unroll/*"] });
    rows.push({ name, size, limit: limits.packages[name] });
  }
  return rows;
}

/** What a page loads that imports only what it needs, siblings included. */
async function importRows() {
  const alias = Object.fromEntries(packages.map(({ name, folder }) => [name, entry(folder)]));
  /** @type {Row[]} */
  const rows = [];
  for (const [name, contents] of Object.entries(programs())) {
    const size = await sizeOf({ stdin: { contents, loader: "ts", resolveDir: root }, alias });
    rows.push({ name, size, limit: limits.imports[name] });
  }
  return rows;
}

/** @param {string} title @param {readonly Row[]} rows */
function report(title, rows) {
  const width = Math.max(title.length, ...rows.map(({ name }) => name.length));
  const line = (/** @type {string} */ name, /** @type {(number | string)[]} */ ...cells) =>
    `${name.padEnd(width)}${cells.map((cell) => cell.toLocaleString("en").padStart(10)).join("")}\n`;
  process.stdout.write(line(title, "bytes", "limit"));
  for (const { name, size, limit } of rows) {
    process.stdout.write(line(name, size, limit ?? "none"));
    if (limit !== undefined && size <= limit) continue;
    const problem = limit === undefined ? "has no limit in scripts/size-limits.json" : "is too large";
    process.stderr.write(`${name} ${problem}. Make it smaller, or set its limit and say why in the commit.\n`);
    process.exitCode = 1;
  }
}

report("whole package, gzipped", await packageRows());
report("page, gzipped", await importRows());
