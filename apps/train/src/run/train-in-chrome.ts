import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Json, runPage } from "@unroll/testing/node";
import { browserError } from "../cli/errors";
import type {
  Drawing,
  Epoch,
  Failure,
  PageMessage,
  Progress,
  ResultReply,
  Scored,
  Start,
  Surroundings,
} from "../protocol";

/** What a task asks of the browser. */
export interface BrowserRun<Result> {
  /** Name of the task in page/tasks.ts. */
  task: string;
  /** What it trains on; the page fetches it as JSON. */
  input: object;
  /** The folder that Vite built the page into. */
  pageDirectory: string;
  onSurroundings(surroundings: Surroundings): void;
  onWarning(text: string): void;
  onProgress(progress: Progress): void;
  onEpoch(epoch: Epoch): void;
  onScored?(scored: Scored): void;
  /** Called with the result while the browser is still there: what it returns is drawn. */
  draw(result: Result): Drawing[];
}

/** A result, and its drawings as PNG files by name. */
export interface BrowserResult<Result> {
  result: Result;
  surroundings: Surroundings;
  pictures: ReadonlyMap<string, Uint8Array>;
}

/** A slow software adapter compiles the first step's kernels for some seconds; two minutes without a step mean a hang. */
const STALL_MS = 120_000;

/**
 * Trains in a worker of a page in headless Chrome, and closes Chrome whatever happens.
 * @throws BrowserTaskError for an error that was thrown there
 * @throws NoBrowserError, PageError and StalledPageError as `runPage` does
 */
export async function trainInChrome<Result extends Json>(run: BrowserRun<Result>): Promise<BrowserResult<Result>> {
  const folder = mkdtempSync(join(tmpdir(), "unroll-train-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove); // Ctrl+C ends the process where it stands
  try {
    writeFileSync(join(folder, "input.json"), JSON.stringify(run.input));
    const start: Start = { task: run.task, limits: "raised", inputUrl: "run/input.json" };
    const answers = new Answers(run);
    const end = await runPage<Ending<Result>>({
      directory: run.pageDirectory,
      mounts: { run: folder },
      input: start,
      stallMs: STALL_MS,
      onMessage: (message, finish) => answers.to(message as PageMessage, finish),
      onLog: (level, text) => {
        if (level === "error") run.onWarning(`the page logged: ${text}`);
      },
    });
    if ("failure" in end) throw browserError(end.failure);
    return end;
  } finally {
    process.off("exit", remove);
    remove();
  }
}

/** How a run ends, for better or worse. */
type Ending<Result> = BrowserResult<Result> | { failure: Failure };

/** Gathers what the page sends until it is done. */
class Answers<Result extends Json> {
  readonly #run: BrowserRun<Result>;
  readonly #pictures = new Map<string, Uint8Array>();
  #surroundings: Surroundings | undefined;
  #result: Result | undefined;

  constructor(run: BrowserRun<Result>) {
    this.#run = run;
  }

  to(message: PageMessage, finish: (value: Ending<Result>) => void): ResultReply | null {
    // The page gets its answer before it is closed.
    const end = (value: Ending<Result>) => setImmediate(() => finish(value));
    switch (message.kind) {
      case "surroundings":
        this.#surroundings = message.surroundings;
        this.#run.onSurroundings(message.surroundings);
        return null;
      case "warning":
        this.#run.onWarning(message.text);
        return null;
      case "progress":
        this.#run.onProgress(message.progress);
        return null;
      case "epoch":
        this.#run.onEpoch(message.epoch);
        return null;
      case "scored":
        this.#run.onScored?.(message.scored);
        return null;
      case "result":
        this.#result = message.result as Result; // as the task's other side made it
        return { drawings: this.#run.draw(this.#result) };
      case "picture":
        this.#pictures.set(message.name, Buffer.from(message.png, "base64"));
        return null;
      case "failure":
        end({ failure: message.failure });
        return null;
      case "done":
        if (this.#result === undefined || !this.#surroundings) throw new Error("The page was done without a result.");
        end({ result: this.#result, surroundings: this.#surroundings, pictures: this.#pictures });
        return null;
    }
  }
}
