import { type PageMessage, toBase64 } from "../protocol";
import type { NamesInput } from "./settings";
import { type NamesOutcome, trainNames } from "./train-names";

/** What the worker sends back: the outcome, and the safetensors file in base64. */
export type NamesResult = NamesOutcome & { weights: string };

/** The task `names` in the worker. `input` is the `NamesInput` that the command line wrote. */
export async function trainNamesTask(input: unknown, send: (message: PageMessage) => void): Promise<NamesResult> {
  const { outcome, weights } = await trainNames(input as NamesInput, {
    onProgress: (progress) => send({ kind: "progress", progress }),
    onEpoch: (epoch) => send({ kind: "epoch", epoch }),
  });
  return { ...outcome, weights: toBase64(weights) };
}
