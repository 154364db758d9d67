import { existsSync } from "node:fs";
import { join } from "node:path";
import { runQuietly, say, toolEnvironment } from "./processes.mjs";
import { root } from "./root.mjs";

/**
 * Builds through turbo, which takes from its cache what has not changed.
 * @param {string} made a file that is there once it was built before
 * @param {string} [filter] turbo's filter, such as "./apps/train..." for an app and all below it; everything when absent
 */
export function build(made, filter) {
  if (!existsSync(made)) say("building (the first time this takes a minute or two)");
  const turbo = join(root, "node_modules", "turbo", "bin", "turbo");
  const filters = filter === undefined ? [] : [`--filter=${filter}`];
  runQuietly([process.execPath, turbo, "run", "build", "--output-logs=errors-only", "--ui=stream", ...filters], {
    env: toolEnvironment(),
  });
}
