import type { FileKind } from "../experiment/experiment";
import type { Values } from "../experiment/settings";

/** A loss, and a score where it was measured, after so many steps. */
export interface Point {
  readonly step: number;
  readonly loss: number;
  readonly score: number | null;
}

/** What a lab is when it was opened, anew or as it was kept. */
export interface Opened {
  readonly values: Values;
  readonly history: readonly Point[];
  /** Whether nothing was learned yet, and no weights were loaded. */
  readonly isNew: boolean;
  readonly isRunning: boolean;
  readonly parameters: number;
  /** The adapter, in words. */
  readonly device: string;
  /** Which files it can be written to for other programs. */
  readonly exports: readonly FileKind[];
  readonly picture: unknown;
}

/** What training costs, over the last moments. */
export interface Cost {
  readonly stepsPerSecond: number;
  readonly dispatchesPerStep: number;
  /** Bytes of device memory. */
  readonly bytes: number;
}

/** An error as it crosses from the worker: a structured clone would lose the name of its class. */
export interface Failure {
  readonly name: string;
  readonly message: string;
}

/** What the page asks of a lab's worker; each is answered once. */
export interface Commands {
  /** Makes the lab's run, as it was kept if it was. */
  open(): Opened;
  /** Begins anew with other settings; what was kept is gone. */
  reset(values: Values): Opened;
  start(): void;
  pause(): void;
  ask(question: unknown): unknown;
  /** The weights as a safetensors file. */
  save(): Uint8Array<ArrayBuffer>;
  /** Goes on from the weights of such a file. */
  load(file: Uint8Array<ArrayBuffer>): Opened;
  exportONNX(): Uint8Array<ArrayBuffer>;
  /** The weights under PyTorch's names, and a script that rebuilds the model where one is offered. */
  exportPyTorch(): { readonly script: string | null; readonly weights: Uint8Array<ArrayBuffer> };
  /** Frees all that the lab holds. */
  close(): void;
}

/** What the worker says unasked. */
export type Event =
  | { readonly kind: "progress"; readonly points: readonly Point[]; readonly cost: Cost }
  | { readonly kind: "picture"; readonly picture: unknown }
  | { readonly kind: "lost"; readonly failure: Failure }
  | { readonly kind: "restored"; readonly opened: Opened }
  /** Why what is learned is gone with the page; null once it is kept again. */
  | { readonly kind: "unkept"; readonly failure: Failure | null }
  /** Training stopped; `isOver` if nothing on this page can go on. */
  | { readonly kind: "failed"; readonly failure: Failure; readonly isOver: boolean };

/** The commands as either side of the channel has them: answered later. */
export type Remote = {
  [Name in keyof Commands]: (...args: Parameters<Commands[Name]>) => Promise<ReturnType<Commands[Name]>>;
};

export interface Call {
  readonly id: number;
  readonly command: keyof Commands;
  readonly args: readonly unknown[];
}

export type Reply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: Failure };

export type Message = { readonly reply: Reply } | { readonly event: Event };

export function failureOf(error: unknown): Failure {
  return error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: "Error", message: String(error) };
}
