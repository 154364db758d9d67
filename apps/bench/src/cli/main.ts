import { statSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { UnrollError } from "@unroll/kernels";
import { NoBrowserError, PageError } from "@unroll/testing/node";
import { selectCases } from "../cases";
import { BenchError, UsageError } from "../errors";
import { parseReport } from "../parse-report";
import type { Start } from "../protocol";
import { type Report, toJson } from "../report";
import { formatComparison, hasSlower, measureInTurns } from "./comparison";
import { HELP, type Options, parseOptions } from "./options";
import { Progress, type Stream } from "./progress";
import { runInChrome } from "./run-in-chrome";
import { runInNode } from "./run-in-node";
import { runOtherCheckout } from "./run-other-checkout";
import { servePage } from "./serve-page";
import { formatReport } from "./table";

/** What the command line works with. */
export interface Surface {
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** The built page that measures. */
  readonly pageDirectory: string;
  /** Ends what waits for the user to end it. */
  readonly signal: AbortSignal;
  /** Measures; by default in Chrome or Node, as the options say. */
  readonly run?: (options: Options, progress: Progress) => Promise<Report>;
}

/** Turns that two builds take when they are compared with each other. */
const ROUNDS = 3;

/**
 * Runs the command.
 * @returns the exit code: 0; 1 where a row failed or became slower, or nothing could be measured; 2 for a command that
 * was not understood
 */
export async function main(args: readonly string[], surface: Surface): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options.help) surface.stdout.write(HELP);
    else if (options.page) await servePage(surface.pageDirectory, surface.stdout, surface.signal);
    else return await measure(options, surface);
    return 0;
  } catch (error) {
    surface.stderr.write(`unroll bench: ${describe(error, args.includes("--verbose"))}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function measure(options: Options, surface: Surface): Promise<number> {
  const { stdout, stderr } = surface;
  await expectRows(options);
  const { now, before } = await measureBoth(options, surface);
  const say = options.json ? stderr : stdout;
  say.write(`${formatReport(now)}\n`);
  if (before) say.write(`\n${formatComparison(now, before, options.threshold)}\n`);
  const json = toJson(now);
  if (options.out !== undefined) await write(resolve(options.out), json);
  if (options.json) stdout.write(`${json}\n`);
  const isWorse = before !== undefined && hasSlower(now, before, options.threshold);
  return now.failures.length > 0 || isWorse ? 1 : 0;
}

/** This run, and the one that it is to be compared with, if any. */
async function measureBoth(options: Options, surface: Surface): Promise<{ now: Report; before?: Report }> {
  const run = () => runOnce(options, surface);
  if (options.compare === undefined) return { now: await run() };
  const other = resolve(options.compare);
  const found = statSync(other, { throwIfNoEntry: false });
  if (!found) throw new UsageError(`--compare ${options.compare}: there is no such file or folder.`);
  if (found.isDirectory()) return measureInTurns(run, () => runOtherCheckout(other, options), ROUNDS);
  const before = parseReport(await readFile(other, "utf8"), options.compare); // before anything is measured
  return { now: await run(), before };
}

async function runOnce(options: Options, { stderr, pageDirectory, run }: Surface): Promise<Report> {
  const progress = new Progress(stderr, { isVerbose: options.verbose });
  const { filter = null, quick, budgetMs = null, limits, choices } = options;
  const start: Start = { filter, quick, budgetMs, limits, choices };
  try {
    if (run) return await run(options, progress);
    return await (options.runtime === "node"
      ? runInNode(start, progress)
      : runInChrome(pageDirectory, start, progress));
  } finally {
    progress.end();
  }
}

async function expectRows({ filter, quick }: Options): Promise<void> {
  if ((await selectCases({ filter, quick })).length > 0) return;
  const names = [...new Set((await selectCases({ filter: "" })).map(({ name }) => name))];
  throw new UsageError(`No row's name matches --filter ${filter}. There are ${names.join(", ")}.`);
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${text}\n`);
}

/** An error that was made for the user speaks for itself; any other is a fault of ours and shows where. */
function describe(error: unknown, isVerbose: boolean): string {
  if (!(error instanceof Error)) return String(error);
  const types = [UsageError, BenchError, NoBrowserError, PageError, UnrollError];
  const isMadeForUsers = types.some((type) => error instanceof type);
  return isMadeForUsers && !isVerbose ? error.message : (error.stack ?? error.message);
}
