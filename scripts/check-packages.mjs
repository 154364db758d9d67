import "./lib/node-version.mjs";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { pack, publishedPackages } from "./lib/pack.mjs";
import { CommandError, runQuietly } from "./lib/processes.mjs";

/**
 * What are-the-types-wrong says against the types of a package, as every resolver of modules sees them; those for CommonJS
 * are not meant to find any.
 * @param {string} tarball
 * @returns {string[]}
 */
function typeProblems(tarball) {
  const cli = dirname(createRequire(import.meta.url).resolve("@arethetypeswrong/cli/package.json"));
  const command = [
    process.execPath,
    join(cli, "dist", "index.js"),
    tarball,
    "--profile",
    "esm-only",
    "--format",
    "ascii",
  ];
  try {
    runQuietly([...command, "--no-color", "--no-emoji"]);
    return [];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [error.message];
  }
}

// Lints the tarballs, not the folders: what `files` and `publishConfig` leave of a package is what users get.
const folder = mkdtempSync(join(tmpdir(), "unroll-publint-"));
try {
  for (const published of publishedPackages()) {
    const file = pack(published, folder);
    const bytes = readFileSync(file);
    const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
    const text = messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code);
    if (pkg === undefined || Object.keys(pkg.dependencies ?? {}).some((name) => !name.startsWith("@unroll/"))) {
      text.push("a published package has no runtime dependencies but its siblings");
    }
    text.push(...typeProblems(file));
    process.stdout.write(`${published.name}: ${text.length} problems\n`);
    for (const line of text) process.stderr.write(`  ${line}\n`);
    if (text.length > 0) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}
