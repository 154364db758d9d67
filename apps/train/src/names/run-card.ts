import { conditions, trainingFacts } from "../learning/run-card";
import type { Surroundings } from "../protocol";
import { countLanguages, type NameItem } from "./dataset";
import type { NamesSource } from "./input";
import type { NamesOutcome, Scores } from "./outcome";
import { type Summary, summarize } from "./summary";

export interface RunCardFacts extends NamesSource {
  outcome: NamesOutcome;
  surroundings: Surroundings;
  versions: Readonly<Record<string, string>>;
  /** Where the names of `input.eval` came from. */
  evalPath: string | undefined;
}

/** How a model did on a part of the names, beside what always naming the part's most frequent language would do. */
export type Score = Summary & { majority: { language: string; rate: number } };

export type RunCard = ReturnType<typeof runCard>;

/** All that one must know to repeat and to judge a run: what run.json holds and --json prints. */
export function runCard({ source, dataset, input, outcome, surroundings, versions, evalPath }: RunCardFacts) {
  const { settings, facts, train, dev, test = [] } = input;
  const languages = [...facts.languages];
  const scoreOf = (items: readonly NameItem[], scores: Scores): Score => ({
    ...summarize(languages, items, scores),
    majority: countLanguages({ languages, items: [...items] }).majority,
  });
  const evaluated = input.eval && outcome.eval ? scoreOf(input.eval, outcome.eval) : undefined;
  const main = outcome.test ? scoreOf(test, outcome.test) : evaluated;
  const { training, parameters } = outcome;
  return {
    task: "names",
    ...main,
    ...(evaluated ? { eval: { path: evalPath, ...evaluated } } : {}),
    ...(training ? trainingFacts(training) : { weights: source }),
    parameters,
    ...conditions(settings, surroundings, versions),
    data: {
      source,
      languages: languages.length,
      ...(dataset
        ? { names: dataset.items.length, skipped: dataset.skipped, repeated: dataset.repeated }
        : { names: input.eval?.length ?? 0 }),
      train: train.length,
      validation: dev.length,
      test: test.length,
    },
    history: training?.history ?? [],
  };
}
