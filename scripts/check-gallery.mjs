import "./lib/node-version.mjs";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { root } from "./lib/root.mjs";

/*
 * What a page of the gallery makes a browser load: the app, the page, the worker and the experiment that it trains, each
 * with all that it imports. What is fetched only for a file that a visitor asks for is not counted.
 */

/** The most that the JavaScript of each page may be, gzipped, in bytes. @type {Readonly<Record<string, number>>} */
const limits = JSON.parse(readFileSync(join(root, "scripts", "size-limits.json"), "utf8")).gallery;

const folder = join(root, "apps", "demo", "dist", "site", "assets");
if (!existsSync(folder)) throw new Error("apps/demo has no dist/site: build it first.");
const files = readdirSync(folder).filter((file) => file.endsWith(".js"));
const code = new Map(files.map((file) => [file, readFileSync(join(folder, file), "utf8")]));

/** Files that a file imports before it runs. @param {string} file */
const imports = (file) =>
  [...(code.get(file) ?? "").matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)].map(([, to = ""]) => to);
/** Files that it may load later. @param {string} file */
const loads = (file) =>
  [...(code.get(file) ?? "").matchAll(/import\(\s*["'`]\.\/([^"'`]+\.js)["'`]\s*\)/g)].map(([, to = ""]) => to);

/** @param {readonly string[]} from @returns {Set<string>} those files and all that they import */
function closure(from) {
  const found = new Set(from);
  for (const file of found) for (const to of imports(file)) found.add(to);
  return found;
}

/** The page whose sources a file was made of, if any. @param {string} file @returns {string | undefined} */
function pageOf(file) {
  const { sources } = JSON.parse(readFileSync(join(folder, `${file}.map`), "utf8"));
  return sources.map((/** @type {string} */ source) => /\/pages\/([^/]+)\//.exec(source)?.[1]).find(Boolean);
}

const size = (/** @type {Iterable<string>} */ all) =>
  [...all].reduce((sum, file) => sum + gzipSync(code.get(file) ?? "", { level: 9 }).length, 0);

const app = files.find((file) => file.startsWith("index-"));
const worker = files.find((file) => file.startsWith("worker-"));
if (!app || !worker) throw new Error(`${folder} has no index-*.js or no worker-*.js.`);
const pages = loads(app).filter((file) => pageOf(file) !== undefined);
const experiments = loads(worker).filter((file) => pageOf(file) !== undefined);
if (pages.length === 0 || experiments.length === 0)
  throw new Error("No page, or no experiment, was found in the built gallery.");

process.stdout.write(
  `${"page of the gallery, gzipped".padEnd(30)}${"page".padStart(10)}${"worker".padStart(10)}${"bytes".padStart(10)}${"limit".padStart(10)}\n`,
);
for (const page of pages) {
  const name = pageOf(page) ?? "";
  const shown = size(closure([app, page]));
  const trained = experiments.filter((file) => pageOf(file) === name).map((file) => size(closure([worker, file])));
  const training = Math.max(size(closure([worker])), ...trained);
  const bytes = shown + training;
  const limit = limits[name];
  if (limit === undefined) throw new Error(`The page "${name}" has no limit in scripts/size-limits.json.`);
  const cells = [shown, training, bytes, limit].map((cell) => cell.toLocaleString("en").padStart(10)).join("");
  process.stdout.write(`${name.padEnd(30)}${cells}\n`);
  if (bytes <= limit) continue;
  process.stderr.write(
    `The page "${name}" is too large. Make it smaller, or load what it needs seldom when it is needed.\n`,
  );
  process.exitCode = 1;
}
