import { resolve } from "node:path";
import { HELP, parseArguments, UsageError } from "./cli/arguments";
import { findGoldenFiles } from "./cli/golden-files";
import { runInChrome } from "./cli/run-in-chrome";
import { countsOf, formatCounts, formatReports } from "./cli/table";

/** @returns the exit status: 0 if nothing failed, 1 if something did, 2 if nothing could be run */
async function main(args: readonly string[]): Promise<number> {
  const { directory, filter, json, verbose, help } = parseArguments(args);
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  const say = (text: string): void => void (json ? process.stderr : process.stdout).write(`${text}\n`);
  const files = await findGoldenFiles(directory);
  const total = files.reduce((sum, { count }) => sum + count, 0);
  let done = 0;
  const { adapter, reports } = await runInChrome({
    directory: resolve(directory),
    files,
    filter,
    onReport({ name }) {
      done++;
      if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${done} of ${total}: ${name}`);
    },
  });
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[2K");
  if (reports.length === 0) {
    throw new UsageError(`No case of ${directory} has "${filter}" in its family or name.`);
  }
  const counts = countsOf(reports);
  say(formatReports(reports, { verbose }));
  say(`\nOn ${adapter}, ${formatCounts(counts)}.`);
  if (json) process.stdout.write(`${JSON.stringify({ ...counts, adapter, cases: reports })}\n`);
  return counts.failed > 0 ? 1 : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (cause) {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  process.exitCode = error instanceof UsageError ? 2 : 1;
  const isExpected = error instanceof UsageError || /^(NoBrowserError|PageError|StalledPageError)$/.test(error.name);
  const isShort = isExpected && !process.argv.includes("--verbose");
  process.stderr.write(`unroll golden: ${isShort ? error.message : (error.stack ?? error.message)}\n`);
}
