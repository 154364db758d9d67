import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { publishedPackages } from "./pack.mjs";
import { root } from "./root.mjs";

/**
 * A program of a page of documentation.
 * @typedef {object} Sample
 * @property {string} name the page's path and the line of its first block: "apps/docs/site/guide/names.md:12"
 * @property {string} module what it is called as a module: "apps-docs-site-guide-names.md-12"
 * @property {string} code its lines stand where they stand on the page, so that a line number names both
 */

/** The folder in which the imports of samples are resolved: of an app that depends on every package. */
export const samplesFolder = join(root, "apps", "docs", "src");

/** What a line that prints may claim of the last value, which running it checks. */
const CLAIM = /^(\s*(?:if \(.*\) )?)console\.log\((.*)\); \/\/ (?:(is) (\S.*)|(above|below|near) (-?\d[\d_.e-]*).*)$/;

/** What looks like one, but stands behind the end of something longer. */
const SEEMS_CLAIM = /\); \/\/ (is|above|below|near) \S/;

/** Every page whose TypeScript is run: the READMEs, and those of the documentation that are written by hand. */
export function samplePages() {
  const site = join(root, "apps", "docs", "site");
  const written = readdirSync(site, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md") && !/^(api|packages|generated|\.vitepress)[\\/]/.test(file))
    .map((file) => join(site, file));
  const readmes = publishedPackages().map(({ folder }) => join(folder, "README.md"));
  return [join(root, "README.md"), ...readmes, ...written.sort()];
}

/**
 * The programs of a page. A block of TypeScript that begins with its imports begins one, and those after it go on with it.
 * @param {string} page
 * @returns {Sample[]}
 * @throws Error if the first block of a page does not begin with its imports
 */
export function samplesOf(page) {
  const path = relative(root, page).split(sep).join("/");
  const lines = readFileSync(page, "utf8").split("\n");
  /** @type {{ first: number, code: string[] }[]} */
  const programs = [];
  let isCode = false;
  for (const [index, line] of lines.entries()) {
    if (isCode && line === "```") isCode = false;
    else if (isCode) {
      const program = programs.at(-1);
      if (program) program.code[index] = line;
    } else if (/^```(ts|typescript)\b/.test(line)) {
      isCode = true;
      const begins = (lines[index + 1] ?? "").startsWith("import ");
      if (begins) programs.push({ first: index + 1, code: [] });
      else if (programs.length === 0) {
        throw new Error(`${path}:${index + 1}: the first block of TypeScript on a page begins with its imports.`);
      }
    }
  }
  return programs.map(({ first, code }) => ({
    name: `${path}:${first}`,
    module: `${path.replaceAll("/", "-")}-${first}`,
    code: Array.from(code, (line) => line ?? "").join("\n"),
  }));
}

/**
 * The program with each claim that a line makes of what it prints turned into a call of `claim`, which `module` exports.
 * @param {Sample} sample
 * @param {string} module
 * @throws Error if a claim stands where it would not be checked
 */
export function withClaims({ name, code }, module) {
  const [, ...lines] = code.split("\n").map((line, index) => {
    const [, indent, values, is, value, kind = is, bound = value] = CLAIM.exec(line) ?? [];
    if (kind === undefined && SEEMS_CLAIM.test(line))
      throw new Error(`${name}: this claim should be a line of its own: ${line}`);
    return kind === undefined ? line : `${indent}claim(${index + 1}, "${kind}", ${bound}, [${values}]);`;
  });
  return [`import { claim } from ${JSON.stringify(module)};`, ...lines].join("\n");
}
