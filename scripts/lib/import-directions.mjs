import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { root } from "./root.mjs";

/** What each package may depend on in what it ships. Tests may use `testing` too, where that makes no cycle. */
const allowed = new Map([
  ["kernels", []],
  ["nn", ["kernels"]],
  ["attention", ["kernels", "nn"]],
  ["seq2seq", ["kernels", "nn", "attention"]],
  ["data", []],
  ["testing", []],
]);

/** @param {string} folder @returns {string[]} */
function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return ["node_modules", "dist", "runs", ".turbo"].includes(entry.name) ? [] : sources(path);
    return /\.(tsx?|mts|js|mjs)$/.test(entry.name) ? [path] : [];
  });
}

/** Files that no package ships: tests, what they are held against, and what they share. @param {string} file */
const isForTests = (file) => /\.(test|reference|bench|test-support)\.|[\\/]test-support[\\/]/.test(file);

/** @param {string} code every module that it imports, exports from, or imports when it runs @returns {string[]} */
function specifiers(code) {
  const pattern = /(?:\bfrom|\bimport)\s*\(?\s*["']([^"'\n]+)["']/g;
  return [...code.matchAll(pattern)].map((match) => match[1] ?? "");
}

/**
 * Every dependency or import against kernels <- nn <- attention <- seq2seq <- apps, in manifests and in sources.
 * @param {string} [repository] its root folder
 * @returns {string[]}
 */
export function importProblems(repository = root) {
  const problems = [];
  for (const group of ["packages", "apps"]) {
    for (const name of readdirSync(join(repository, group))) {
      const folder = join(repository, group, name);
      if (!existsSync(join(folder, "package.json"))) continue;
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      const label = `${group}/${name}`;
      const inner = group === "apps" ? [...allowed.keys()] : allowed.get(name);
      if (inner === undefined) {
        problems.push(`${label}: its place in the order of packages is not known to scripts/lib/import-directions.mjs`);
        continue;
      }
      const shipped = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
      const declared = [...shipped, ...Object.keys(manifest.devDependencies ?? {})];
      const forTests = name === "testing" || group === "apps" ? inner : [...inner, "testing"];
      /** @param {string[]} names @param {string[]} may */
      const against = (names, may) =>
        names.filter((dependency) => dependency.startsWith("@unroll/") && !may.includes(dependency.slice(8)));
      for (const dependency of against(shipped, inner)) problems.push(`${label}: must not depend on ${dependency}`);
      for (const dependency of against(declared, forTests)) problems.push(`${label}: must not know ${dependency}`);
      if (
        group === "packages" &&
        !manifest.private &&
        shipped.some((dependency) => !dependency.startsWith("@unroll/"))
      ) {
        problems.push(`${label}: a published package has no runtime dependencies, but this one lists ${shipped}`);
      }
      for (const file of sources(folder)) {
        const place = relative(repository, file);
        for (const specifier of specifiers(readFileSync(file, "utf8"))) {
          const sibling = /^@unroll\/([^/]+)/.exec(specifier);
          if (sibling !== null && !declared.includes(sibling[0])) {
            problems.push(`${place}: imports ${specifier}, which ${label}/package.json does not list`);
          } else if (sibling !== null && group === "packages" && !isForTests(file) && !shipped.includes(sibling[0])) {
            problems.push(`${place}: imports ${specifier}, which ${label}/package.json lists for development alone`);
          }
          if (specifier.startsWith(".") && !resolve(dirname(file), specifier).startsWith(folder + sep)) {
            problems.push(`${place}: ${specifier} leaves the package`);
          }
        }
      }
    }
  }
  return problems;
}
