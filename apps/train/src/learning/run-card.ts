import type { Json } from "@unroll/testing/node";
import type { Terminal } from "../cli/terminal";
import type { Surroundings } from "../protocol";
import type { Settings } from "../training/settings";
import type { LearningTaskDefinition, ScoreFields } from "./define-learning-task";
import type { LearningResult } from "./learn";
import type { LearningInput } from "./learner";
import type { LearningValues } from "./options";

type Definition<Item, Facts> = LearningTaskDefinition<Item, Facts>;

export const grouped = (count: number): string => count.toLocaleString("en-US");

/** What is about to be done, on what. */
export function introduction<Item, Facts>(
  { description, unit }: Pick<Definition<Item, Facts>, "description" | "unit">,
  { settings, train, dev, test, eval: evaluated, weights }: LearningInput<Item, Facts>,
  values: Pick<LearningValues, "data" | "weights">,
): string[] {
  const model = `The model is ${modelText(settings)}.`;
  const other = evaluated ? `${grouped(evaluated.length)} ${unit} to score` : "";
  const kept = test ? `${grouped(test.length)} to test` : "";
  if (weights !== null) return [description, `${other} with ${values.weights}.`, model];
  const parts = [`${grouped(train.length)} ${unit} to train on`, `${grouped(dev.length)} held out`, kept, other];
  return [description, `${parts.filter((part) => part !== "").join(", ")}.`, model];
}

/** All that one must know to repeat and to judge a run: what run.json holds and --json prints. */
export function learningCard<Item, Facts>(
  { name, fields, describe }: Pick<Definition<Item, Facts>, "name" | "fields" | "describe">,
  facts: {
    input: LearningInput<Item, Facts>;
    result: LearningResult;
    surroundings: Surroundings;
    versions: Readonly<Record<string, string>>;
    values: Pick<LearningValues, "data" | "eval" | "weights">;
  },
) {
  const { input, result, surroundings, versions, values } = facts;
  const { training, dev, test, eval: evaluated, parameters, shown, details } = result;
  const main = test ?? dev ?? evaluated;
  const detailed = (detail: Json) => (detail === null ? {} : { detail: describe?.(detail) ?? detail });
  return {
    task: name,
    ...(main ? { ...fields(main), loss: main.loss, ...detailed(details.test ?? details.dev ?? details.eval) } : {}),
    ...(test && dev ? { dev: { ...fields(dev), loss: dev.loss } } : {}),
    ...(evaluated && input.eval
      ? {
          eval: {
            path: values.eval,
            count: input.eval.length,
            ...fields(evaluated),
            loss: evaluated.loss,
            ...detailed(details.eval),
          },
        }
      : {}),
    parameters,
    ...(shown === null ? {} : { shown }),
    ...(training ? trainingFacts(training) : { weights: values.weights }),
    ...conditions(input.settings, surroundings, versions),
    data: {
      ...{ source: values.data ?? name, train: input.train.length, dev: input.dev.length },
      ...(input.test ? { test: input.test.length } : {}),
    },
    history: training?.history ?? [],
  };
}

/** How training went, as a run card holds it. */
export function trainingFacts({ seconds, history, bestEpoch, reason, steps }: NonNullable<LearningResult["training"]>) {
  return { seconds, epochs: history.length, bestEpoch, reason, steps };
}

/** What a score depends on beside the data. */
export function conditions(settings: Settings, surroundings: Surroundings, versions: Readonly<Record<string, string>>) {
  const { adapter, isSoftware: isSoftwareAdapter } = surroundings;
  return { seed: settings.seed, adapter, isSoftwareAdapter, versions, settings };
}

/** What came of it: how training went, the scores, and what the model has to show. */
export function reportLines<Item, Facts>(
  unit: string,
  { fields, describe }: Pick<Definition<Item, Facts>, "fields" | "describe">,
  { input, result }: { input: LearningInput<Item, Facts>; result: LearningResult },
  terminal: Pick<Terminal, "style">,
): string[] {
  const { training, dev, test, eval: evaluated, shown, details } = result;
  const text = (what: Json) => (what === null ? [] : [typeof what === "string" ? what : JSON.stringify(what)]);
  const told = (detail: Json) => (detail !== null && describe ? [describe(detail)] : text(detail));
  const scored = (what: string, count: number, scores: NonNullable<typeof dev>) =>
    `${what}, ${grouped(count)} ${unit}: ${terminal.style("bold", fieldsText(fields(scores)))}, loss ${scores.loss.toFixed(3)} nats`;
  return [
    ...trainingLines(training),
    ...(dev ? [scored("Held out", input.dev.length, dev), ...(test ? [] : told(details.dev))] : []),
    ...(test && input.test ? [scored("Tested on", input.test.length, test), ...told(details.test)] : []),
    ...(evaluated && input.eval ? [scored("--eval", input.eval.length, evaluated), ...told(details.eval)] : []),
    ...text(shown),
  ];
}

/** How training went, if there was any. */
export function trainingLines(training: LearningResult["training"]): string[] {
  if (!training) return [];
  const { history, seconds, reason, bestEpoch } = training;
  const ending = reason === "stopped early" ? ", the last of them no better on the part that chooses" : "";
  return [
    `Trained ${history.length} epochs in ${seconds.toFixed(0)} s${ending}; kept the weights of epoch ${bestEpoch}.`,
  ];
}

/** "a GRU of 64 hidden units, 2 layers, read both ways" */
export function modelText({ cell, hidden, layers, bidirectional }: Settings): string {
  const kind = { rnn: "an Elman RNN", gru: "a GRU", lstm: "an LSTM" }[cell];
  const stack = layers === 1 ? "" : `, ${layers} layers`;
  return `${kind} of ${hidden} hidden units${stack}${bidirectional ? ", read both ways" : ""}`;
}

/** "accuracy 0.973, exact true", and what has fields of its own in brackets: "hard (accuracy 0.9)" */
function fieldsText(values: ScoreFields): string {
  return Object.entries(values)
    .map(([field, value]) => {
      if (typeof value === "object") return `${field} (${fieldsText(value)})`;
      return `${field} ${typeof value === "number" ? Number(value.toFixed(4)) : value}`;
    })
    .join(", ");
}
