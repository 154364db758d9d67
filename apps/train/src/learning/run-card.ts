import type { Terminal } from "../cli/terminal";
import type { Surroundings } from "../protocol";
import type { LearningTaskDefinition } from "./define-learning-task";
import type { LearningResult } from "./learn";
import type { LearningInput } from "./learner";
import type { LearningValues } from "./options";

type Definition<Item, Facts> = LearningTaskDefinition<Item, Facts>;

const grouped = (count: number): string => count.toLocaleString("en-US");

/** What is about to be done, on what. */
export function introduction<Item, Facts>(
  { description, unit }: Pick<Definition<Item, Facts>, "description" | "unit">,
  { settings, train, dev, eval: evaluated, weights }: LearningInput<Item, Facts>,
  values: Pick<LearningValues, "data" | "weights">,
): string[] {
  const { cell, hidden, layers, bidirectional } = settings;
  const kind = { rnn: "an Elman RNN", gru: "a GRU", lstm: "an LSTM" }[cell];
  const stack = layers === 1 ? "" : `, ${layers} layers`;
  const model = `The model is ${kind} of ${hidden} hidden units${stack}${bidirectional ? ", read both ways" : ""}.`;
  const other = evaluated ? `${grouped(evaluated.length)} ${unit} to score` : "";
  if (weights !== null) return [description, `${other} with ${values.weights}.`, model];
  const parts = [`${grouped(train.length)} ${unit} to train on`, `${grouped(dev.length)} held out`, other];
  return [description, `${parts.filter((part) => part !== "").join(", ")}.`, model];
}

/** All that one must know to repeat and to judge a run: what run.json holds and --json prints. */
export function learningCard<Item, Facts>(
  { name, fields }: Pick<Definition<Item, Facts>, "name" | "fields">,
  facts: {
    input: LearningInput<Item, Facts>;
    result: LearningResult;
    surroundings: Surroundings;
    versions: Readonly<Record<string, string>>;
    values: Pick<LearningValues, "data" | "eval" | "weights">;
  },
) {
  const { input, result, surroundings, versions, values } = facts;
  const { training, dev, eval: evaluated, parameters, shown } = result;
  const main = dev ?? evaluated;
  return {
    task: name,
    ...(main ? { ...fields(main), loss: main.loss } : {}),
    ...(evaluated && input.eval
      ? { eval: { path: values.eval, count: input.eval.length, ...fields(evaluated), loss: evaluated.loss } }
      : {}),
    parameters,
    ...(shown === null ? {} : { shown }),
    ...(training
      ? {
          seconds: training.seconds,
          epochs: training.history.length,
          bestEpoch: training.bestEpoch,
          reason: training.reason,
          steps: training.steps,
        }
      : { weights: values.weights }),
    seed: input.settings.seed,
    adapter: surroundings.adapter,
    isSoftwareAdapter: surroundings.isSoftware,
    versions,
    settings: input.settings,
    data: { source: values.data ?? name, train: input.train.length, dev: input.dev.length },
    history: training?.history ?? [],
  };
}

/** What came of it: how training went, the scores, and what the model has to show. */
export function reportLines<Item, Facts>(
  unit: string,
  { fields }: Pick<Definition<Item, Facts>, "fields">,
  { input, result }: { input: LearningInput<Item, Facts>; result: LearningResult },
  terminal: Pick<Terminal, "style">,
): string[] {
  const { training, dev, eval: evaluated, shown } = result;
  const scored = (what: string, count: number, scores: NonNullable<typeof dev>) =>
    `${what}, ${grouped(count)} ${unit}: ${terminal.style("bold", fieldsText(fields(scores)))}, loss ${scores.loss.toFixed(3)} nats`;
  const ending = training?.reason === "stopped early" ? ", the last of them no better" : "";
  return [
    ...(training
      ? [
          `Trained ${training.history.length} epochs in ${training.seconds.toFixed(0)} s${ending}; ` +
            `kept the weights of epoch ${training.bestEpoch}.`,
        ]
      : []),
    ...(dev ? [scored("Held out", input.dev.length, dev)] : []),
    ...(evaluated && input.eval ? [scored("--eval", input.eval.length, evaluated)] : []),
    ...(shown === null ? [] : [typeof shown === "string" ? shown : JSON.stringify(shown)]),
  ];
}

/** "accuracy 0.973, exact true" */
function fieldsText(values: Readonly<Record<string, number | boolean>>): string {
  return Object.entries(values)
    .map(([field, value]) => `${field} ${typeof value === "number" ? Number(value.toFixed(4)) : value}`)
    .join(", ");
}
