import { resolve } from "node:path";
import { TaskError } from "../cli/errors";
import { ProgressReporter, runNotices } from "../cli/progress-reporter";
import { lossCurve } from "../plots";
import type { Drawing } from "../protocol";
import { writeFiles } from "../run/output";
import { trainInChrome } from "../run/train-in-chrome";
import { readVersions } from "../run/versions";
import { defineTask, type Task, type TaskContext } from "../task";
import type { Settings } from "../training/settings";
import { MissingDataError } from "./data-file";
import type { LearningResult } from "./learn";
import type { LearningInput } from "./learner";
import { type LearningValues, learningOptions, settingsFrom } from "./options";
import { introduction, learningCard, reportLines } from "./run-card";
import { readWeights } from "./weights-file";

/** The data of a task: what is learned from, what chooses and scores, and what the model must know of it. */
export interface LoadedData<Item, Facts> {
  facts: Facts;
  train: readonly Item[];
  dev: readonly Item[];
}

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
  /** The data of the task's own, for when there is no --data. */
  packaged?: () => LoadedData<Item, Facts>;
  /** The training data at a path, split into what is learned from and what is not. */
  load?: (path: string) => Promise<LoadedData<Item, Facts>>;
  /** The items of another file, for --eval. */
  read(path: string, facts: Facts): Promise<readonly Item[]>;
  /** The task's fields of the run card, from its scores. */
  fields(scores: Readonly<Record<string, number>>): Readonly<Record<string, number | boolean>>;
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
  const reporter = new ProgressReporter(terminal, unit);
  const { result, surroundings, pictures } = await trainInChrome<LearningResult>({
    task: name,
    input,
    pageDirectory,
    ...runNotices(terminal),
    onProgress: (progress) => reporter.progress(progress),
    onEpoch: (epoch) => reporter.epoch(epoch),
    draw: (outcome) => drawLoss(name, outcome),
  });
  terminal.clearStatus();
  const versions = await readVersions(surroundings.browser);
  const card = learningCard(definition, { input, result, surroundings, versions, values });
  for (const line of reportLines(unit, definition, { input, result }, terminal)) terminal.line(line);
  const weights = ["weights.safetensors", Buffer.from(result.weights, "base64")] as const;
  const { showIn } = definition;
  await writeFiles(out, [
    ...drawLoss(name, result).map((drawing) => [`${drawing.name}.svg`, drawing.svg] as const),
    ...[...pictures].map(([picture, png]) => [`${picture}.png`, png] as const),
    ...(values.weights === undefined ? [weights] : []), // those given stay the only ones
    ...(showIn !== undefined && typeof result.shown === "string" ? [[showIn, `${result.shown}\n`] as const] : []),
    ["run.json", `${JSON.stringify(card, null, 2)}\n`],
  ]);
  return card;
}

/** What the page is to do: train on the data, or score a file with weights that there are. */
export async function loadInput<Item, Facts>(
  definition: LearningTaskDefinition<Item, Facts>,
  values: LearningValues,
): Promise<LearningInput<Item, Facts>> {
  const { name, unit, defaults, read } = definition;
  const { eval: evalPath, weights } = values;
  if (weights !== undefined) {
    if (evalPath === undefined) {
      throw new TaskError(`--weights ${weights} needs something to score. Pass --eval PATH beside it.`);
    }
    const saved = await readWeights<Facts>(name, weights);
    const evaluated = await read(resolve(evalPath), saved.facts);
    return { ...saved, train: [], dev: [], eval: evaluated };
  }
  const data = await loadData(definition, values);
  if (data.train.length === 0 || data.dev.length === 0) {
    throw new TaskError(
      `${name} should have ${unit} to train on and others to score, but has ${data.train.length} and ${data.dev.length}. ` +
        "Give --data with more of them.",
    );
  }
  const evaluated = evalPath === undefined ? null : await read(resolve(evalPath), data.facts);
  return { ...data, settings: settingsFrom(values, defaults), eval: evaluated, weights: null };
}

async function loadData<Item, Facts>(
  { name, dataHelp, packaged, load }: LearningTaskDefinition<Item, Facts>,
  { data }: LearningValues,
): Promise<LoadedData<Item, Facts>> {
  if (data !== undefined && load) return load(resolve(data));
  if (data !== undefined) throw new TaskError(`${name} takes no --data: it has its own. Leave it out.`);
  if (packaged) return packaged();
  throw new MissingDataError(`${name} has no data of its own. Pass --data PATH: ${dataHelp}`);
}

function drawLoss(name: string, { training }: Pick<LearningResult, "training">): Drawing[] {
  if (!training) return [];
  const evaluated = training.history.map(({ step, validationLoss }) => ({ step, loss: validationLoss }));
  return [
    { name: "loss", svg: lossCurve({ train: training.losses, eval: evaluated, title: `Loss of the ${name} model` }) },
  ];
}
