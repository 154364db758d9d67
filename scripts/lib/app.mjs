import { existsSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { install } from "./install.mjs";
import { runNode } from "./processes.mjs";
import { root } from "./root.mjs";

/**
 * Installs and builds what an app needs, then runs its command line in this terminal.
 * @param {string} name the app's folder under apps/
 * @param {readonly string[]} args
 */
export async function runApp(name, args) {
  try {
    install();
    const cli = join(root, "apps", name, "dist", "cli.js");
    build(cli, `./apps/${name}...`);
    if (!existsSync(cli)) throw new Error(`the build of apps/${name} should write ${cli} but has not.`);
    // npm moves to the root; paths that the user gave are meant from where the user is
    const cwd = process.env.INIT_CWD ?? process.cwd();
    process.exitCode = await runNode([cli, ...args], { cwd });
  } catch (error) {
    process.stderr.write(`unroll: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
