import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Json, runPage } from "@unroll/testing/node";
import { BrowserTaskError } from "../cli/errors";
import type { Drawing, Epoch, PageMessage, Progress, ResultReply, Start, Surroundings } from "../protocol";

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
  /** Called with the result while the browser is still there: what it returns is drawn. */
  draw(result: Result): Drawing[];
}

/** A result, and its drawings as PNG files by name. */
export interface BrowserResult<Result> {
  result: Result;
  surroundings: Surroundings;
  pictures: ReadonlyMap<string, Uint8Array>;
}

/** A slow software adapter compiles the first step's kernels for some seconds; a minute without a step means a hang. */
const STALL_MS = 120_000;

/**
 * Trains in a worker of a page in headless Chrome, and closes Chrome whatever happens.
 * @throws BrowserTaskError for an error that was thrown there
 * @throws NoBrowserError, PageError and StalledPageError as `runPage` does
 */
export async function trainInChrome<Result extends Json>(run: BrowserRun<Result>): Promise<BrowserResult<Result>> {
  const folder = await mkdtemp(join(tmpdir(), "unroll-train-"));
  try {
    await writeFile(join(folder, "input.json"), JSON.stringify(run.input));
    const start: Start = { task: run.task, limits: "raised", inputUrl: "run/input.json" };
    const answers = new Answers(run);
    return await runPage<BrowserResult<Result>>({
      directory: run.pageDirectory,
      mounts: { run: folder },
      input: start,
      stallMs: STALL_MS,
      onMessage: (message, finish) => answers.to(message as PageMessage, finish),
      onLog: (level, text) => {
        if (level === "error") run.onWarning(`the page logged: ${text}`);
      },
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Gathers what the page sends until it is done. */
class Answers<Result extends Json> {
  readonly #run: BrowserRun<Result>;
  readonly #pictures = new Map<string, Uint8Array>();
  #surroundings: Surroundings | undefined;
  #result: Result | undefined;

  constructor(run: BrowserRun<Result>) {
    this.#run = run;
  }

  to(message: PageMessage, finish: (value: BrowserResult<Result>) => void): ResultReply | null {
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
      case "result":
        this.#result = message.result as Result; // as the task's other side made it
        return { drawings: this.#run.draw(this.#result) };
      case "picture":
        this.#pictures.set(message.name, Buffer.from(message.png, "base64"));
        return null;
      case "failure":
        throw new BrowserTaskError(message.failure.name, message.failure.message, message.failure.stack);
      case "done":
        if (this.#result === undefined || !this.#surroundings) throw new Error("The page was done without a result.");
        finish({ result: this.#result, surroundings: this.#surroundings, pictures: this.#pictures });
        return null;
    }
  }
}
