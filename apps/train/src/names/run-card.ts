import type { Surroundings } from "../protocol";
import { countLanguages } from "./dataset";
import type { NamesSource } from "./input";
import { type Summary, summarize } from "./summary";
import type { NamesOutcome } from "./train-names";

export interface RunCardFacts extends NamesSource {
  result: NamesOutcome;
  surroundings: Surroundings;
  versions: Readonly<Record<string, string>>;
  /** Where the names of `input.eval` came from. */
  evalPath: string | undefined;
}

/** How a model did on a part of the names, beside what always naming the part's most frequent language would do. */
export type Score = Summary & { majority: { language: string; rate: number } };

export type RunCard = ReturnType<typeof runCard>;

/** All that one must know to repeat and to judge a run: what run.json holds and --json prints. */
export function runCard({ source, dataset, input, result, surroundings, versions, evalPath }: RunCardFacts) {
  const { settings, languages, train, validation, test } = input;
  const scoreOf = (items: typeof test, scores: typeof result.test): Score => ({
    ...summarize(languages, items, scores),
    majority: countLanguages({ languages: [...languages], items: [...items] }).majority,
  });
  const evaluated = input.eval && result.eval ? scoreOf(input.eval, result.eval) : undefined;
  return {
    task: "names",
    ...scoreOf(test, result.test),
    ...(evaluated ? { eval: { path: evalPath, ...evaluated } } : {}),
    seconds: result.seconds,
    epochs: result.history.length,
    bestEpoch: result.bestEpoch,
    reason: result.reason,
    steps: result.steps,
    parameters: result.parameters,
    seed: settings.seed,
    adapter: surroundings.adapter,
    isSoftwareAdapter: surroundings.isSoftware,
    versions,
    settings,
    data: {
      source,
      languages: languages.length,
      names: dataset.items.length,
      skipped: dataset.skipped,
      repeated: dataset.repeated,
      train: train.length,
      validation: validation.length,
      test: test.length,
    },
    history: result.history,
  };
}
