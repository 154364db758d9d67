import { type PageMessage, type ResultReply, type Start, toBase64 } from "../protocol";
import { drawPng } from "./draw";
import { failureOf } from "./failure";

declare global {
  interface Window {
    /** Put here before the page loads. */
    readonly unrollInput: Start;
    /** Passes a message to the command line and returns its answer. */
    unrollSend(message: PageMessage): Promise<unknown>;
  }
}

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "training" });

/** Passes the worker's messages on; its result is answered with drawings, which only a page can turn into pictures. */
async function pass(message: PageMessage): Promise<void> {
  const answer = await window.unrollSend(message);
  if (message.kind !== "result") return;
  const { drawings } = answer as ResultReply;
  for (const { name, svg } of drawings) {
    await window.unrollSend({ kind: "picture", name, png: toBase64(await drawPng(svg)) });
  }
  await window.unrollSend({ kind: "done" });
}

function fail(error: unknown): void {
  void window.unrollSend({ kind: "failure", failure: failureOf(error) });
}

worker.addEventListener("message", ({ data }: MessageEvent<PageMessage>) => {
  pass(data).catch(fail);
});
worker.addEventListener("error", ({ message, filename, lineno }) => {
  fail(new Error(`The worker failed to load or threw: ${message || "no reason given"} (${filename}:${lineno}).`));
});
// The worker is a module of its own: what it fetches is relative to the page all the same.
const { task, limits, inputUrl } = window.unrollInput;
worker.postMessage({ task, limits, inputUrl: new URL(inputUrl, location.href).href } satisfies Start);
