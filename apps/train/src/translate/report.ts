import { alignColumns } from "../cli/table";
import type { Terminal } from "../cli/terminal";
import type { LearningResult } from "../learning/learn";
import { conditions, grouped, trainingFacts } from "../learning/run-card";
import type { LearningRun } from "../learning/run-learning";
import type { Settings } from "../training/settings";
import type { SearchScores, TranslateDetail } from "./learner";
import { type ModelName, TITLES } from "./models";

/** A model, how it was trained, and what came of it. */
export interface TranslateRun {
  model: ModelName;
  settings: Settings;
  made: LearningRun;
}

/** What the page told of a part. */
export const detailOf = (detail: LearningResult["details"]["dev"]): TranslateDetail | null =>
  detail as TranslateDetail | null; // as the learner's `detail` made it

/** BLEU by model and search: of the pairs held out, or of --eval's where nothing was trained. */
export function bleuByModel(
  runs: readonly TranslateRun[],
  part: "test" | "eval",
): Partial<Record<ModelName, SearchScores>> {
  return Object.fromEntries(
    runs.flatMap(({ model, made }) => {
      const detail = detailOf(made.result.details[part]);
      return detail ? [[model, rounded(detail.bleu)]] : [];
    }),
  );
}

const rounded = ({ greedy, beam }: SearchScores): SearchScores => ({
  greedy: Number(greedy.toFixed(2)),
  beam: Number(beam.toFixed(2)),
});

/** All that one must know to repeat and to judge a run of one model or of all. */
export function translateCard(
  runs: readonly TranslateRun[],
  facts: {
    data: { source: string; train: number; dev: number; test: number } | null;
    eval: { path: string; count: number } | null;
    weights: string | undefined;
  },
) {
  const first = runs[0] as TranslateRun;
  const evaluated = bleuByModel(runs, "eval");
  const { settings, made } = first;
  const models = runs.map((run) => [run.model, modelFacts(run)] as const);
  return {
    task: "translate",
    bleu: facts.data ? bleuByModel(runs, "test") : evaluated,
    ...(facts.eval ? { eval: { ...facts.eval, bleu: evaluated } } : {}),
    models: Object.fromEntries(models),
    ...(facts.weights === undefined ? {} : { weights: facts.weights }),
    ...(facts.data ? { data: facts.data } : {}),
    ...conditions(settings, made.surroundings, made.versions),
  };
}

function modelFacts({ settings, made }: TranslateRun) {
  const { training, parameters, dev, test } = made.result;
  return {
    parameters,
    ...(training ? trainingFacts(training) : {}),
    ...(dev ? { devLoss: dev.loss } : {}),
    ...(test ? { loss: test.loss } : {}),
    settings,
    history: training?.history ?? [],
  };
}

/** BLEU of all models, a line for each. */
export function scoreLines(
  scores: Partial<Record<ModelName, SearchScores>>,
  count: number,
  what: string,
  terminal: Pick<Terminal, "style">,
): string[] {
  const rows = Object.entries(scores).map(([model, { greedy, beam }]) => [
    TITLES[model as ModelName],
    greedy.toFixed(1),
    terminal.style("bold", beam.toFixed(1)),
  ]);
  const head = ["", "greedy", "beam"];
  return [`BLEU, ${what}, ${grouped(count)} sentences:`, ...alignColumns([head, ...rows], ["left", "right", "right"])];
}
