import { ProgressReporter, runNotices } from "../cli/progress-reporter";
import type { Drawing } from "../protocol";
import { writeFiles } from "../run/output";
import { type BrowserResult, trainInChrome } from "../run/train-in-chrome";
import { readVersions } from "../run/versions";
import type { TaskContext } from "../task";
import type { LearningResult } from "./learn";

/** What the page made, and the versions that it ran with. */
export type LearningRun = BrowserResult<LearningResult> & { versions: Record<string, string> };

/** Has the page train or score, and shows how that goes. */
export async function runLearning(
  { task, unit, input, draw }: { task: string; unit: string; input: object; draw(result: LearningResult): Drawing[] },
  { terminal, pageDirectory }: Pick<TaskContext, "terminal" | "pageDirectory">,
): Promise<LearningRun> {
  const reporter = new ProgressReporter(terminal, unit);
  const made = await trainInChrome<LearningResult>({
    ...{ task, input, pageDirectory, draw },
    ...runNotices(terminal),
    onProgress: (progress) => reporter.progress(progress),
    onEpoch: (epoch) => reporter.epoch(epoch),
    onScored: (scored) => reporter.scored(scored),
  });
  terminal.clearStatus();
  return { ...made, versions: await readVersions(made.surroundings.browser) };
}

interface WrittenRun {
  drawings: readonly Drawing[];
  card: object;
  text?: readonly (readonly [name: string, contents: string])[];
}

/** Writes drawings, card, texts by their file names, and the weights where they are new. */
export async function writeRun(
  out: string,
  { result, pictures }: LearningRun,
  { drawings, card, text = [] }: WrittenRun,
): Promise<void> {
  const weights = ["weights.safetensors", Buffer.from(result.weights, "base64")] as const;
  await writeFiles(out, [
    ...drawings.map(({ name, svg }) => [`${name}.svg`, svg] as const),
    ...[...pictures].map(([name, png]) => [`${name}.png`, png] as const),
    ...(result.training ? [weights] : []), // those given stay the only ones
    ...text,
    ["run.json", `${JSON.stringify(card, null, 2)}\n`],
  ]);
}
