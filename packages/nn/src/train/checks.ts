import { expectModule } from "../modules/module";
import { expectOptimizer } from "../optim/expect-optimizer";
import { kindOf } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import { Tensor } from "../tensor/tensor";
import type { TrainOptions } from "./options";
import { refuse } from "./refuse";

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
export const NEW_ITERATOR = "Make a new iterator for each epoch.";

/** @throws ValueError if an option is missing or unknown, or should be a function and is not */
export function expectTrainOptions<Batch, State>(options: TrainOptions<Batch, State>): void {
  for (const name of NEEDED) if (options?.[name] === undefined) refuse(`options.${name}`, "given", "missing");
  expectKnown("train", options, KNOWN);
  const { model, optimizer, batches, loss, checkpoint, monitor, evaluate = loss } = options;
  if (checkpoint) expectKnown("train", checkpoint, ["every", "save", "generators", "vocabulary"], "checkpoint");
  if (monitor) expectKnown("train", monitor, ["metric", "better"], "monitor");
  expectModule("train", model);
  expectOptimizer("train", optimizer);
  const save = checkpoint ? checkpoint.save : loss;
  const functions = { batches, loss, evaluate, "checkpoint.save": save };
  for (const [what, value] of Object.entries(functions)) {
    if (typeof value !== "function") refuse(what, "a function", kindOf(value), value === batches ? NEW_ITERATOR : "");
  }
}

/** What `batches` returned. @throws ValueError unless one can walk over it */
export function expectIterable<T extends object>(batches: T): T {
  const walked: object = Object(batches);
  if (Symbol.iterator in walked || Symbol.asyncIterator in walked) return batches;
  return refuse("batches", "iterable", kindOf(batches));
}

/** What `loss` returned. @throws ValueError unless there is a loss in it */
export function expectLoss<State>(made: Tensor | { loss: Tensor; state?: State }): { loss: Tensor; state?: State } {
  if (made instanceof Tensor) return { loss: made };
  if (made?.loss instanceof Tensor) return made;
  return refuse("loss", "a Tensor, or { loss, state },", kindOf(made), "Return it without await.");
}

/** What `evaluate` returned. @throws ValueError unless it is a record of numbers, NaN among them */
export function expectMetrics(metrics: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  if (kindOf(metrics) !== "an Object") refuse("evaluate", "a record of numbers", kindOf(metrics));
  for (const [name, value] of Object.entries(metrics)) {
    if (typeof value === "number") continue;
    refuse(`metrics.${name}`, "a number", kindOf(value), kindOf(value) === "a Tensor" ? "Use item()." : "Await it.");
  }
  return metrics;
}
