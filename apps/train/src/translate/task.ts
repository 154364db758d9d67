import { join, resolve } from "node:path";
import type { OptionTable, OptionValues } from "../cli/options";
import { MissingDataError } from "../learning/data-file";
import { drawLoss } from "../learning/draw-loss";
import type { LearningResult } from "../learning/learn";
import type { LearningInput } from "../learning/learner";
import { learningOptions, settingsFrom } from "../learning/options";
import { trainingLines } from "../learning/run-card";
import { runLearning, writeRun } from "../learning/run-learning";
import { scoringInput } from "../learning/weights-file";
import { describeExamples, drawExamples } from "../pairs/examples";
import type { Pair } from "../pairs/pair";
import type { Drawing } from "../protocol";
import { writeFiles } from "../run/output";
import { defineTask, type TaskContext } from "../task";
import type { TranslateFacts } from "./learner";
import { DEFAULTS, MODELS, type ModelName, TITLES } from "./models";
import { bleuByModel, detailOf, scoreLines, type TranslateRun, translateCard } from "./report";
import { loadTranslations, readTranslations } from "./sentences";

const DATA =
  "A file of pairs, an English sentence, a tab and a French one on each line, or a folder of such files; of a folder with " +
  "tutorial_max10.tsv that file alone. Short sentences are kept that begin as PyTorch's tutorial wants it.";

const SPELLING = { source: " ", target: " " };

const translateOptions = {
  ...learningOptions({
    data: DATA,
    eval: "A further file of that form, every pair of it",
    unit: "Pairs",
    defaults: DEFAULTS.bahdanau,
  }),
  layers: {
    kind: "whole",
    least: 1,
    most: 16,
    help: "Layers of encoder and decoder; 2 for the Transformer, 1 for the others when absent.",
  },
  model: { kind: "choice", of: MODELS, help: "One model alone; all of them, one after the other, when absent." },
} as const satisfies OptionTable;

type Values = OptionValues<typeof translateOptions>;
type Input = LearningInput<Pair, TranslateFacts>;

export const translateTask = defineTask({
  name: "translate",
  summary: "what is that in English?",
  description:
    "What is that in English? French sentences are translated by models that differ in their attention alone: none, Bahdanau's, " +
    "Luong's with input feeding, and a Transformer. All see the same batches the same number of times. A tenth of the French " +
    "sentences is held out, and scored with BLEU, once with the likeliest word each time and once with five beams; a " +
    "twentieth of the rest chooses the weights to keep.",
  options: translateOptions,
  run,
});

async function run(values: Values, context: TaskContext): Promise<object> {
  const { terminal, out } = context;
  const inputs = await inputsOf(values);
  const runs: TranslateRun[] = [];
  for (const input of inputs) {
    const { model } = input.facts;
    const { settings } = input;
    terminal.line(
      `${TITLES[model]}: ${settings.hidden} units, ${settings.epochs} epochs of batches of ${settings.batch}.`,
    );
    const draw = (result: LearningResult) => drawingsOf(model, result);
    const made = await runLearning({ task: "translate", unit: "pairs", input, draw }, context);
    runs.push({ model, settings, made });
    for (const line of trainingLines(made.result.training)) terminal.line(line);
    const detail = detailOf(made.result.details.test ?? made.result.details.eval);
    if (detail) terminal.line(describeExamples(detail.examples, SPELLING));
    const card = translateCard([{ model, settings, made }], factsOf(values, input));
    await writeRun(join(out, model), made, { drawings: draw(made.result), card });
  }
  const first = inputs[0] as Input;
  const card = translateCard(runs, factsOf(values, first));
  const lines = [
    ...(first.test ? scoreLines(bleuByModel(runs, "test"), first.test.length, "held out", terminal) : []),
    ...(first.eval ? scoreLines(bleuByModel(runs, "eval"), first.eval.length, values.eval ?? "", terminal) : []),
  ];
  for (const line of lines) terminal.line(line);
  await writeFiles(out, [["run.json", `${JSON.stringify(card, null, 2)}\n`]]);
  return card;
}

/** What the page is to do for each model: train and score it, or score that of a file. */
async function inputsOf(values: Values): Promise<Input[]> {
  const { data, eval: evalPath, weights, model } = values;
  if (weights !== undefined) {
    return [await scoringInput<Pair, TranslateFacts>("translate", { weights, evalPath }, readTranslations)];
  }
  if (data === undefined) {
    throw new MissingDataError(`translate has no data of its own. Pass --data PATH: ${DATA}`);
  }
  const seed = values.seed ?? 0;
  const { facts, ...parts } = await loadTranslations(resolve(data), seed);
  const evaluated = evalPath === undefined ? null : await readTranslations(resolve(evalPath));
  const models: readonly ModelName[] = model === undefined ? MODELS : [model];
  return models.map((name) => ({
    ...parts,
    facts: { ...facts, model: name },
    settings: settingsFrom(values, DEFAULTS[name]),
    eval: evaluated,
    weights: null,
  }));
}

function factsOf({ data, eval: path, weights }: Values, { train, dev, test, eval: evaluated }: Input) {
  return {
    data: test && data !== undefined ? { source: data, ...countsOf({ train, dev, test }) } : null,
    eval: evaluated && path !== undefined ? { path, count: evaluated.length } : null,
    weights,
  };
}

/** Sentences of each part. */
const countsOf = ({ train, dev, test }: Record<"train" | "dev" | "test", readonly Pair[]>) => ({
  train: train.length,
  dev: dev.length,
  test: test.length,
});

function drawingsOf(model: ModelName, { training, details }: LearningResult): Drawing[] {
  const detail = detailOf(details.test ?? details.eval);
  return [
    ...drawLoss(`translate (${TITLES[model]})`, training),
    ...(detail ? drawExamples(detail.examples, SPELLING) : []),
  ];
}
