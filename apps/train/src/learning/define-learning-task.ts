import { resolve } from "node:path";
import type { Json } from "@unroll/testing/node";
import { TaskError } from "../cli/errors";
import type { Drawing } from "../protocol";
import { defineTask, type Task, type TaskContext } from "../task";
import type { Settings } from "../training/settings";
import { MissingDataError } from "./data-file";
import { drawLoss } from "./draw-loss";
import type { LearningResult } from "./learn";
import type { LearningInput } from "./learner";
import { type LearningValues, learningOptions, settingsFrom } from "./options";
import { introduction, learningCard, reportLines } from "./run-card";
import { runLearning, writeRun } from "./run-learning";
import { scoringInput } from "./weights-file";

/** The data of a task: what is learned from, what chooses and scores, and what the model must know of it. */
export interface LoadedData<Item, Facts> {
  facts: Facts;
  train: readonly Item[];
  dev: readonly Item[];
  /** Neither learned from nor looked at to choose weights: gives the score where it is there. */
  test?: readonly Item[];
}

/** What the run card has of a part that was scored. */
export type ScoreFields = Readonly<Record<string, number | boolean | Readonly<Record<string, number>>>>;

/** What tells one task from another in Node. */
export interface LearningTaskDefinition<Item, Facts> {
  name: string;
  summary: string;
  description: string;
  /** What the items are called: "digits". */
  unit: string;
  /** What the help says of --data; a task with data of its own says so there. */
  dataHelp: string;
  evalHelp: string;
  defaults: Settings;
  /** The data of the task's own, for when there is no --data; what is made by chance follows from the seed. */
  packaged?: (settings: Pick<Settings, "seed">) => LoadedData<Item, Facts> | Promise<LoadedData<Item, Facts>>;
  /** The training data at a path, split into what is learned from and what is not. */
  load?: (path: string) => Promise<LoadedData<Item, Facts>>;
  /** The items of another file, for --eval. */
  read(path: string, facts: Facts): Promise<readonly Item[]>;
  /** The task's fields of the run card, from its scores. */
  fields(scores: Readonly<Record<string, number>>): ScoreFields;
  /** What `Learner.detail` told of a scored part, as text; as it is when absent. */
  describe?: (detail: Json) => string;
  /** Drawings of it, beside that of the loss. */
  draw?: (detail: Json) => Drawing[];
  /** The file that what the model has to show is written to, if it is text. */
  showIn?: string;
}

/** Makes a task that trains a model in the page: see page/tasks.ts for the other side of each. */
export function defineLearningTask<Item, Facts>(definition: LearningTaskDefinition<Item, Facts>): Task {
  const { name, summary, description, dataHelp, evalHelp, unit, defaults } = definition;
  const unitName = `${unit.charAt(0).toUpperCase()}${unit.slice(1)}`;
  return defineTask({
    name,
    summary,
    description,
    options: learningOptions({ data: dataHelp, eval: evalHelp, unit: unitName, defaults }),
    run: (values, context) => run(definition, values, context),
  });
}

async function run<Item, Facts>(
  definition: LearningTaskDefinition<Item, Facts>,
  values: LearningValues,
  { terminal, out, pageDirectory }: TaskContext,
): Promise<object> {
  const { name, unit } = definition;
  const input = await loadInput(definition, values);
  for (const line of introduction(definition, input, values)) terminal.line(line);
  const draw = ({ training, details }: LearningResult): Drawing[] => {
    const detail = details.test ?? details.dev ?? details.eval;
    return [...drawLoss(name, training), ...(detail === null ? [] : (definition.draw?.(detail) ?? []))];
  };
  const made = await runLearning({ task: name, unit, input, draw }, { terminal, pageDirectory });
  const { result, surroundings, versions } = made;
  const card = learningCard(definition, { input, result, surroundings, versions, values });
  for (const line of reportLines(unit, definition, { input, result }, terminal)) terminal.line(line);
  const { showIn } = definition;
  const text =
    showIn !== undefined && typeof result.shown === "string"
      ? [
          [
            showIn,
            `${result.shown}
`,
          ] as const,
        ]
      : [];
  await writeRun(out, made, { drawings: draw(result), card, text });
  return card;
}

/** What the page is to do: train on the data, or score a file with weights that there are. */
export async function loadInput<Item, Facts>(
  definition: LearningTaskDefinition<Item, Facts>,
  values: LearningValues,
): Promise<LearningInput<Item, Facts>> {
  const { name, unit, defaults, read } = definition;
  const { eval: evalPath, weights } = values;
  if (weights !== undefined) return scoringInput(name, { weights, evalPath }, read);
  const settings = settingsFrom(values, defaults);
  const data = await loadData(definition, values, settings);
  if (data.train.length === 0 || data.dev.length === 0) {
    throw new TaskError(
      `${name} should have ${unit} to train on and others to score, but has ${data.train.length} and ${data.dev.length}. ` +
        "Give --data with more of them.",
    );
  }
  const evaluated = evalPath === undefined ? null : await read(resolve(evalPath), data.facts);
  return { ...data, settings, eval: evaluated, weights: null };
}

async function loadData<Item, Facts>(
  { name, dataHelp, packaged, load }: LearningTaskDefinition<Item, Facts>,
  { data }: LearningValues,
  settings: Settings,
): Promise<LoadedData<Item, Facts>> {
  if (data !== undefined && load) return load(resolve(data));
  if (data !== undefined) throw new TaskError(`${name} takes no --data: it has its own. Leave it out.`);
  if (packaged) return packaged(settings);
  throw new MissingDataError(`${name} has no data of its own. Pass --data PATH: ${dataHelp}`);
}
