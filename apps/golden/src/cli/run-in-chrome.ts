import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Json, PageError, runPage } from "@unroll/testing/node";
import type { CaseReport, PageMessage, Start } from "../protocol";
import type { GoldenFile } from "./golden-files";

export type Run = { readonly adapter: string; readonly reports: readonly CaseReport[] };

export type RunOptions = {
  readonly directory: string;
  readonly files: readonly GoldenFile[];
  readonly filter: string;
  readonly onReport: (report: CaseReport) => void;
};

/** Built beside the command line. */
const page = join(dirname(fileURLToPath(import.meta.url)), "page");

/**
 * Runs the cases of some golden files in headless Chrome.
 * @throws PageError if the page cannot run them at all
 */
export async function runInChrome({ directory, files, filter, onReport }: RunOptions): Promise<Run> {
  const reports: CaseReport[] = [];
  let adapter = "";
  const input: Start = {
    files: files.map(({ family, file }) => ({ family, url: `/golden/${encodeURIComponent(file)}` })),
    filter,
  };
  await runPage<null>({
    directory: page,
    mounts: { golden: directory },
    input,
    stallMs: 120_000, // one case: a thousand training steps on a software adapter
    onMessage(message: Json, finish) {
      const received = message as PageMessage;
      if (received.kind === "adapter") adapter = received.name;
      else if (received.kind === "case") {
        reports.push(received.report);
        onReport(received.report);
      } else if (received.kind === "done") finish(null);
      else throw Object.assign(new PageError(received.message), { stack: received.stack });
      return undefined;
    },
  });
  return { adapter, reports };
}
