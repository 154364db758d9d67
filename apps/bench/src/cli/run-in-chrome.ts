import { type Json, PageError, runPage } from "@unroll/testing/node";
import { BenchError } from "../errors";
import type { PageMessage, Start } from "../protocol";
import type { Report } from "../report";
import type { Progress } from "./progress";

/** One row on a software adapter may last a minute, and the largest of `scaling` some. */
const STALL_MS = 600_000;

/**
 * Measures in a page in headless Chrome, and closes Chrome whatever happens.
 * @throws NoBrowserError, PageError and StalledPageError as `runPage` does
 */
export async function runInChrome(pageDirectory: string, start: Start, progress: Progress): Promise<Report> {
  return runPage<Report>({
    directory: pageDirectory,
    input: start,
    stallMs: STALL_MS,
    onMessage(received: Json, finish) {
      const message = received as PageMessage;
      if (message.kind === "start") progress.start(message.head, message.total);
      else if (message.kind === "row") progress.row(message.row);
      else if (message.kind === "failure") progress.failure(message.failure);
      else if (message.kind === "done") finish(message.report);
      else throw errorOf(message);
      return null;
    },
  });
}

/** Names of errors that nobody throws to tell a user something. */
const FAULTS = ["Error", "TypeError", "RangeError", "ReferenceError", "SyntaxError"];

function errorOf({ name, message, stack }: Extract<PageMessage, { kind: "error" }>): Error {
  const error = FAULTS.includes(name) ? new PageError(message) : new BenchError(message);
  return Object.assign(error, { stack: stack || message });
}
