import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { BenchError } from "../errors";
import { parseReport } from "../parse-report";
import type { Report } from "../report";
import type { Options } from "./options";

/**
 * Measures another checkout of this repository with its own command.
 * @param checkout its root folder
 * @throws BenchError if it was not built, or fails
 */
export async function runOtherCheckout(checkout: string, options: Options): Promise<Report> {
  const cli = join(checkout, "apps", "bench", "dist", "cli.js");
  if (!existsSync(cli)) {
    throw new BenchError(`--compare ${checkout} should be a run's file or a built checkout, but there is no ${cli}.`);
  }
  const args = ["--json", "--runtime", options.runtime, "--limits", options.limits, "--choices", options.choices];
  if (options.filter !== undefined) args.push("--filter", options.filter);
  if (options.budgetMs !== undefined) args.push("--budget", String(options.budgetMs / 1000));
  if (options.quick) args.push("--quick");
  const text = await outputOf(cli, args);
  return parseReport(text.trimEnd().split("\n").at(-1) ?? "", cli);
}

function outputOf(cli: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], { stdio: ["ignore", "pipe", "ignore"] });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    child.on("error", reject);
    child.on("close", (status) => {
      // 1 where a row could not be measured: the others are there
      if (status === 0 || (status === 1 && text !== "")) resolve(text);
      else reject(new BenchError(`${cli} ended with ${status} and no result. Run it by itself to see why.`));
    });
  });
}
