// What the command line, the page and the page's worker tell each other. All of it is JSON. Both sides are built
// together, so a message is taken to be what its `kind` says.

import type { Json } from "@unroll/testing/node";

/** What the page finds in `window.unrollInput` and hands to its worker. */
export type Start = {
  /** Name of the task, see page/tasks.ts. */
  task: string;
  /** WebGPU limits to ask for, see `open`. */
  limits: "raised" | "default";
  /** Address of what the task trains on, as JSON. */
  inputUrl: string;
};

/** Where training runs. */
export type Surroundings = {
  adapter: string;
  isSoftware: boolean;
  browser: string;
};

/** How far training has come: what a progress bar shows. */
export type Progress = {
  epoch: number;
  epochs: number;
  /** Steps done and steps in all, over all epochs. */
  step: number;
  steps: number;
  /** Mean training loss since the last report. */
  loss: number;
  /** Share of the validation part that the model got right after the last full epoch; null before, and where there is none. */
  validationAccuracy: number | null;
  /** Rows trained on so far, and seconds since training began. */
  items: number;
  seconds: number;
};

/** The end of an epoch. */
export type Epoch = {
  epoch: number;
  epochs: number;
  loss: number;
  validationLoss: number;
  /** Share of the validation part that the model got right; null where a task has no such share. */
  validationAccuracy: number | null;
  isBest: boolean;
  /** Steps done so far. */
  step: number;
  seconds: number;
};

/** How many items have been scored so far, and of how many. */
export type Scored = { items: number; of: number };

/** An error on its way to the user. */
export type Failure = { name: string; message: string; stack: string };

/** A picture to be drawn by the browser. */
export type Drawing = { name: string; svg: string };

/** Page to command line. The worker sends the same ones to the page, which passes them on. */
export type PageMessage =
  | { kind: "surroundings"; surroundings: Surroundings }
  | { kind: "warning"; text: string }
  | { kind: "progress"; progress: Progress }
  | { kind: "epoch"; epoch: Epoch }
  | { kind: "scored"; scored: Scored }
  /** The worker is done; the answer is a list of drawings, which the page sends back as pictures. */
  | { kind: "result"; result: Json }
  | { kind: "picture"; name: string; png: string }
  | { kind: "done" }
  | { kind: "failure"; failure: Failure };

/** The answer to a `result`. */
export type ResultReply = { drawings: Drawing[] };

/** Bytes as text that JSON can carry. */
export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  // A call takes only so many arguments.
  for (let start = 0; start < bytes.length; start += 4096) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 4096));
  }
  return btoa(binary);
}

/** The bytes that `toBase64` wrote. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
