import { resolve } from "node:path";
import type { OptionValues } from "../cli/options";
import type { LearningResult } from "../learning/learn";
import { runLearning, writeRun } from "../learning/run-learning";
import { defineTask, type TaskContext } from "../task";
import { drawNames } from "./drawings";
import { loadNames } from "./input";
import { namesOptions } from "./options";
import { namesOutcome } from "./outcome";
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
  const { terminal, out } = context;
  const names = await loadNames(values);
  const { input } = names;
  for (const line of introduction(input, values.data ?? names.source)) terminal.line(line);

  const draw = (result: LearningResult) => drawNames(input, namesOutcome(result));
  const made = await runLearning({ task: "names", unit: "names", input, draw }, context);
  const outcome = namesOutcome(made.result);
  const evalPath = values.eval === undefined ? undefined : resolve(values.eval);
  const card = runCard({ ...names, ...made, outcome, evalPath });
  for (const line of reportLines(card, input, outcome, terminal)) terminal.line(line);
  await writeRun(out, made, { drawings: draw(made.result), card });
  return card;
}
