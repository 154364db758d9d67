import { resolve } from "node:path";
import type { OptionValues } from "../cli/options";
import { ProgressReporter } from "../cli/progress-reporter";
import { writeFiles } from "../run/output";
import { trainInChrome } from "../run/train-in-chrome";
import { readVersions } from "../run/versions";
import { defineTask, type TaskContext } from "../task";
import { drawNames } from "./drawings";
import { loadNames } from "./input";
import { namesOptions } from "./options";
import type { NamesResult } from "./page-task";
import { introduction, reportLines } from "./report";
import { runCard } from "./run-card";

export const namesTask = defineTask({
  name: "names",
  summary: "which language is this name from?",
  description:
    "Which language is this name from? A recurrent network reads a name letter by letter, and its last state scores " +
    "each language. A tenth of the names is held out and scored at the end; a tenth of the rest chooses the weights to keep.",
  options: namesOptions,
  run,
});

async function run(values: OptionValues<typeof namesOptions>, context: TaskContext): Promise<object> {
  const { terminal, out, pageDirectory } = context;
  const names = await loadNames(values);
  const { input } = names;
  for (const line of introduction(input, values.data ?? names.source)) terminal.line(line);

  const reporter = new ProgressReporter(terminal, "names");
  const { result, surroundings, pictures } = await trainInChrome<NamesResult>({
    task: "names",
    input,
    pageDirectory,
    onSurroundings: ({ adapter, browser }) => terminal.line(`On ${adapter} in ${browser}.`),
    onWarning: (text) => terminal.line(terminal.style("yellow", text)),
    onProgress: (progress) => reporter.progress(progress),
    onEpoch: (epoch) => reporter.epoch(epoch),
    draw: (outcome) => drawNames(input, outcome),
  });
  terminal.clearStatus();

  const evalPath = values.eval === undefined ? undefined : resolve(values.eval);
  const versions = await readVersions(surroundings.browser);
  const card = runCard({ ...names, result, surroundings, versions, evalPath });
  for (const line of reportLines(card, input, result, terminal)) terminal.line(line);
  await writeFiles(out, [
    ...drawNames(input, result).map(({ name, svg }) => [`${name}.svg`, svg] as const),
    ...[...pictures].map(([name, png]) => [`${name}.png`, png] as const),
    ["weights.safetensors", Buffer.from(result.weights, "base64")],
    ["run.json", `${JSON.stringify(card, null, 2)}\n`],
  ]);
  return card;
}
