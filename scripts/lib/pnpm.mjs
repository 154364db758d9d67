import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CommandError, runQuietly, say } from "./processes.mjs";
import { root } from "./root.mjs";

/** The version that package.json pins in `packageManager`: "pnpm@1.2.3+sha512.…". */
function pinnedVersion() {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const match = /^pnpm@(\d+\.\d+\.\d+)/.exec(packageManager);
  if (match?.[1] === undefined) throw new Error(`packageManager should be pnpm@x.y.z but is ${packageManager}.`);
  return match[1];
}

/**
 * The command that runs pnpm: the one an earlier install put here, else corepack's, else npx's.
 * @returns {string[]}
 */
export function pnpmCommand() {
  const version = pinnedVersion();
  const installed = join(root, "node_modules", "pnpm");
  const manifest = join(installed, "package.json");
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).version === version) {
    return [process.execPath, join(installed, "bin", "pnpm.cjs")];
  }
  const reasons = [];
  for (const command of [
    ["corepack", "pnpm"],
    ["npx", "--yes", `pnpm@${version}`],
  ]) {
    try {
      const found = runQuietly([...command, "--version"]).trim();
      if (found === version) return command;
      reasons.push(`${command.join(" ")} gave version ${found}`);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      reasons.push(error.message);
    }
  }
  say(`pnpm ${version} is needed, but neither corepack nor npx could fetch it.`);
  throw new Error(reasons.join("\n"));
}
