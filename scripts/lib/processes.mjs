import { spawn, spawnSync } from "node:child_process";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { root } from "./root.mjs";

/** A command that failed, with what it printed. */
export class CommandError extends Error {
  /** @param {string} command @param {number | string} status @param {string} output */
  constructor(command, status, output) {
    super(`${command} ended with ${status}.${output === "" ? "" : `\n${output}`}`);
    this.name = "CommandError";
  }
}

/** Says what a command is doing, on standard error: standard output belongs to results. @param {string} text */
export function say(text) {
  process.stderr.write(`unroll: ${text}\n`);
}

/** This process's environment with the repository's own tools first on PATH, and their notices and telemetry off. */
export function toolEnvironment() {
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === "PATH") ?? "PATH"; // "Path" on Windows
  return {
    ...process.env,
    [name]: [join(root, "node_modules", ".bin"), process.env[name] ?? ""].join(delimiter),
    COREPACK_ENABLE_DOWNLOAD_PROMPT: "0",
    DO_NOT_TRACK: "1",
    TURBO_NO_UPDATE_NOTIFIER: "1",
    TURBO_TELEMETRY_DISABLED: "1",
  };
}

/**
 * Runs a command and keeps its output for the case that it fails.
 * @param {readonly string[]} command
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {string} its standard output
 */
export function runQuietly([program = "", ...args], { cwd = root, env = toolEnvironment() } = {}) {
  const result = spawnSync(program, args, {
    cwd,
    env,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    shell: process.platform === "win32" && !program.endsWith(".exe"), // npx and corepack are .cmd files there
  });
  if (result.error) throw new CommandError(program, result.error.message, "");
  if (result.status !== 0) {
    const output = `${result.stdout}${result.stderr}`.trimEnd();
    throw new CommandError([program, ...args].join(" "), result.status ?? result.signal ?? "no status", output);
  }
  return result.stdout;
}

/**
 * Runs a Node program that owns this terminal.
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>} its exit status; 128 and the signal's number where a signal ended it
 */
export function runNode(args, { cwd = root, env = toolEnvironment() } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env, stdio: "inherit" });
    // The terminal sends Ctrl+C to the child as well: it cleans up and ends, then we do. Who ends us alone means both.
    const wait = () => undefined;
    const pass = (/** @type {NodeJS.Signals} */ signal) => void child.kill(signal);
    process.on("SIGINT", wait).on("SIGTERM", pass).on("SIGHUP", pass);
    child.on("error", reject);
    child.on("close", (status, signal) => {
      process.off("SIGINT", wait).off("SIGTERM", pass).off("SIGHUP", pass);
      resolve(status ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
