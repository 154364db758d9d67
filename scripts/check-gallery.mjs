import "./lib/node-version.mjs";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { root } from "./lib/root.mjs";

/*
 * What a page of the gallery makes a browser load: the app with the page, the libraries that it draws with (others wrote
 * those), and the worker that trains its model, each with all that it imports. What is fetched only for what a visitor asks for
 * is not counted.
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

/** The page that a file is of, which build names after its folder. @param {string} file @returns {string | undefined} */
const pageOf = (file) => /^(?:page|worker)-([a-z]+)-/.exec(file)?.[1];

/** Whether somebody else wrote it. @param {string} file */
const isLibrary = (file) => file.startsWith("library-");

const size = (/** @type {Iterable<string>} */ all) =>
  [...all].reduce((sum, file) => sum + gzipSync(code.get(file) ?? "", { level: 9 }).length, 0);

const index = readFileSync(join(folder, "..", "index.html"), "utf8");
const entries = [...index.matchAll(/<script[^>]*src="\.\/assets\/([^"]+\.js)"/g)].map(([, file = ""]) => file);
const workers = files.filter((file) => file.startsWith("worker-"));
if (entries.length === 0 || workers.length === 0)
  throw new Error(`${folder} has no script of index.html, or no worker-*.js.`);
const app = closure(entries);
const pages = [...app].flatMap(loads).filter((file) => pageOf(file) !== undefined);
if (pages.length === 0) throw new Error("No page was found in the built gallery.");

/** @param {string} name @param {readonly (number | string)[]} cells */
const line = (name, cells) =>
  process.stdout.write(`${name.padEnd(30)}${cells.map((cell) => cell.toLocaleString("en").padStart(11)).join("")}\n`);
line("page of the gallery, gzipped", ["page", "worker", "own", "libraries", "bytes", "limit"]);
for (const page of pages) {
  const name = pageOf(page) ?? "";
  const files = [...closure([...app, page])];
  const [shown, libraries] = [size(files.filter((file) => !isLibrary(file))), size(files.filter(isLibrary))];
  const trained = workers.filter((file) => pageOf(file) === name).map((file) => size(closure([file])));
  const training = Math.max(0, ...trained); // of a page of several, one at a time
  const own = shown + training;
  const bytes = own + libraries;
  const limit = limits[name];
  if (limit === undefined) throw new Error(`The page "${name}" has no limit in scripts/size-limits.json.`);
  line(name, [shown, training, own, libraries, bytes, limit]);
  if (bytes <= limit) continue;
  process.stderr.write(
    `The page "${name}" is too large. Make it smaller, or load what it needs seldom when it is needed.\n`,
  );
  process.exitCode = 1;
}
