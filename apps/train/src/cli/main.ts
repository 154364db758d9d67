import { join, relative, resolve } from "node:path";
import { DataError } from "@unroll/data";
import { FileFormatError } from "@unroll/nn";
import { NoBrowserError, PageError } from "@unroll/testing/node";
import { NamesError } from "../names/dataset";
import type { PreparedTask, Task } from "../task";
import { tasks } from "../tasks";
import { TaskError, UsageError } from "./errors";
import { Terminal, type TerminalStream } from "./terminal";

/** What the command line works with. */
export interface Surface {
  stdout: TerminalStream;
  stderr: TerminalStream;
  env: NodeJS.ProcessEnv;
  /** The built page that trains. */
  pageDirectory: string;
  /** Where each task's folder of files is made. */
  runs: string;
}

const help = `npm run train -- TASK [OPTIONS]

Trains a task of the gallery in headless Chrome, prints its score, and writes plots, weights and a run card.

Tasks:
${tasks.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`).join("\n")}

"npm run train -- TASK --help" tells the options of a task.
`;

/**
 * Runs a command.
 * @param args task and options, as typed
 * @returns the exit code: 0, 1 for what failed, 2 for a command that was not understood
 */
export async function main([taskName, ...args]: readonly string[], surface: Surface): Promise<number> {
  if (taskName === undefined || taskName === "--help") {
    surface.stdout.write(help);
    return taskName === undefined ? 2 : 0;
  }
  try {
    const task = findTask(taskName);
    const prepared = task.prepare(args);
    if (prepared.common.help) surface.stdout.write(task.help());
    else await run(task, prepared, surface);
    return 0;
  } catch (error) {
    surface.stderr.write(`${describe(error, args.includes("--verbose"))}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function findTask(taskName: string): Task {
  const task = tasks.find(({ name }) => name === taskName);
  if (task) return task;
  const known = tasks.map(({ name }) => name).join(", ");
  throw new UsageError(`There is no task ${taskName}. There is ${known}. "npm run train -- --help" tells more.`);
}

async function run(task: Task, { common, run: start }: PreparedTask, surface: Surface): Promise<void> {
  const { stdout, stderr, env, pageDirectory, runs } = surface;
  const terminal = new Terminal(common.json ? stderr : stdout, env);
  // Chrome is closed by puppeteer, which listens for the signal from the moment it starts it.
  const stop = () => {
    terminal.clearStatus();
    stderr.write("stopped\n");
    setImmediate(() => process.exit(130));
  };
  process.once("SIGINT", stop);
  try {
    const out = common.out === undefined ? join(runs, task.name) : resolve(common.out);
    const score = await start({ terminal, pageDirectory, out });
    if (common.json) stdout.write(`${JSON.stringify(score)}\n`);
    else terminal.line(`Files are in ${relative(process.cwd(), out) || "."}.`);
  } finally {
    terminal.clearStatus();
    process.off("SIGINT", stop);
  }
}

/** An error that was made for the user speaks for itself; any other is a fault of ours and shows where. */
function describe(error: unknown, isVerbose: boolean): string {
  if (!(error instanceof Error)) return `unroll: ${String(error)}`;
  const types = [UsageError, TaskError, NamesError, DataError, FileFormatError, NoBrowserError, PageError];
  const isMadeForUsers = types.some((type) => error instanceof type);
  return `unroll: ${isMadeForUsers && !isVerbose ? error.message : (error.stack ?? error.message)}`;
}
