import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PACKAGES, root } from "./packages.mjs";

/** The files of the repository that a link on a page names are not on the site. @param {string} text */
const withoutFileLinks = (text) => text.replace(/\[((?:[^\][]|\[[^\]]*\])+)\]\((?!https?:|#)[^)\s]+\)/g, "$1");

/**
 * A package with those of its siblings that the TypeScript of its README imports: what a page that runs it installs.
 * @param {string} name
 * @param {string} readme
 */
function installed(name, readme) {
  const blocks = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code).join("");
  const siblings = PACKAGES.filter((each) => each !== name && blocks.includes(`"@unroll/${each}"`));
  return [name, ...siblings].map((each) => `@unroll/${each}`).join(" ");
}

/** @param {string} folder made anew */
function emptied(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}

/**
 * A page for each package: its README, and the way to its API.
 * @param {string} folder
 */
export function writePackagePages(folder) {
  emptied(folder);
  const rows = [];
  for (const name of PACKAGES) {
    const { description, version } = JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8"));
    const readme = readFileSync(join(root, "packages", name, "README.md"), "utf8");
    const [title = "", ...body] = readme.split("\n");
    const checkout = "Until there is a release, install it [from a checkout](../guide/getting-started).";
    const install = `\`\`\`sh\nnpm install ${installed(name, readme)}\n\`\`\`\n\n${checkout}`;
    const api = `::: tip API\nEverything that it exports, from the sources: [the API of @unroll/${name}](../api/${name}).\n:::`;
    writeFileSync(
      join(folder, `${name}.md`),
      [title, "", install, "", api, withoutFileLinks(body.join("\n"))].join("\n"),
    );
    rows.push(`| [@unroll/${name}](./${name}) | ${description} | [${version}](../api/${name}) |`);
  }
  writeFileSync(join(folder, "index.md"), packagesPage(rows));
}

/** @param {readonly string[]} rows */
const packagesPage = (rows) => `# The packages

Each is useful alone, has no runtime dependency but its siblings, and is loaded as far as it is imported. Imports point one way:
kernels, nn, attention, seq2seq; data knows nothing of the GPU.

| package | what it is | API of version |
| --- | --- | --- |
${rows.join("\n")}
`;

/**
 * Parts of files at the root, for pages to include.
 * @param {string} folder
 */
export function writeParts(folder) {
  emptied(folder);
  for (const [file, heading, name] of /** @type {const} */ ([
    ["README.md", "How fast", "how-fast"],
    ["README.md", "Measure", "measure"],
    ["CONTRIBUTING.md", "Rules of the numbers", "numbers"],
    ["CONTRIBUTING.md", "Adding", "adding"],
    ["CONTRIBUTING.md", "One batch, from `tensor()` to the dispatch and back", "one-batch"],
  ])) {
    writeFileSync(join(folder, `${name}.md`), withoutFileLinks(section(file, heading)));
  }
}

/**
 * What stands below a heading of second rank, without the heading.
 * @param {string} file
 * @param {string} heading
 * @throws Error if there is no such heading
 */
function section(file, heading) {
  const text = readFileSync(join(root, file), "utf8");
  const parts = text.split(/^## /m).slice(1);
  const found = parts.find((part) => part.startsWith(`${heading}\n`));
  if (found === undefined) throw new Error(`${file} should have a heading "## ${heading}" for the documentation.`);
  return found.slice(heading.length + 1).trim();
}
