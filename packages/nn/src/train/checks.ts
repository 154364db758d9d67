import { ValueError } from "@unroll/kernels";
import { kindOf } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import { Tensor } from "../tensor/tensor";
import type { TrainOptions } from "./options";

const where = "train";

const NEEDED = ["model", "optimizer", "epochs", "batches", "loss"] as const;
const KNOWN: readonly (keyof TrainOptions<unknown>)[] = [
  ...NEEDED,
  "accumulate",
  "plateau",
  "checkpoint",
  "resume",
  "evaluate",
  "monitor",
  "patience",
  "count",
  "steps",
  "reportEvery",
  "onProgress",
  "onEpoch",
  "signal",
];

/** What to do where there is no batch, or no way to them. */
export const NEW_ITERATOR = "Pass batches: (epoch) => ..., and make a new iterator for each epoch.";

/** @throws ValueError if an option is missing or unknown, or should be a function and is not */
export function expectTrainOptions<Batch, State>(options: TrainOptions<Batch, State>): void {
  const missing = NEEDED.find((name) => options?.[name] === undefined);
  if (missing) {
    const remedy = `Call train({ ${NEEDED.join(", ")} }).`;
    throw new ValueError({ where, what: `options.${missing}`, expected: "given", received: "missing", remedy });
  }
  expectKnown(where, options, KNOWN);
  const { batches, loss, checkpoint } = options;
  const functions = { batches, loss, ...(checkpoint && { "checkpoint.save": checkpoint.save }) };
  for (const [what, value] of Object.entries(functions)) {
    if (typeof value === "function") continue;
    const remedy = what === "batches" ? { remedy: NEW_ITERATOR } : {};
    throw new ValueError({ where, what, expected: "a function", received: kindOf(value), ...remedy });
  }
}

/** What `batches` returned. @throws ValueError unless one can walk over it */
export function expectIterable<T extends object>(batches: T): T {
  const walked: object = Object(batches);
  if (Symbol.iterator in walked || Symbol.asyncIterator in walked) return batches;
  const expected = "an iterable, or an async one";
  const remedy = "Return a list, or make it an async generator.";
  throw new ValueError({ where, what: "what batches returned", expected, received: kindOf(batches), remedy });
}

/** What `loss` returned. @throws ValueError unless there is a loss in it */
export function expectLoss<State>(made: Tensor | { loss: Tensor; state?: State }): { loss: Tensor; state?: State } {
  if (made instanceof Tensor) return { loss: made };
  if (made?.loss instanceof Tensor) return made;
  const expected = "a Tensor, or { loss, state },";
  const remedy = "Return what mseLoss or another loss gives, without await and item().";
  throw new ValueError({ where, what: "loss", expected, received: kindOf(made), remedy });
}

/** What `evaluate` returned. @throws ValueError unless it is a record of numbers, NaN among them */
export function expectMetrics(metrics: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const kind = kindOf(metrics);
  if (kind !== "an Object") {
    const remedy = "Return its metrics by name: { accuracy }.";
    throw new ValueError({
      where,
      what: "what evaluate returned",
      expected: "a record of numbers",
      received: kind,
      remedy,
    });
  }
  for (const [name, value] of Object.entries(metrics)) {
    if (typeof value === "number") continue;
    const received = kindOf(value);
    const remedies: Readonly<Record<string, string>> = { "a Promise": "Await it.", "a Tensor": "Await its item()." };
    const remedy = remedies[received] ?? "Leave it out, or return a number.";
    throw new ValueError({ where, what: `metrics.${name}`, expected: "a number", received, remedy });
  }
  return metrics;
}
