import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { decodeSafetensors } from "@unroll/nn";
import { TaskError } from "../cli/errors";
import type { Settings } from "../training/settings";
import type { LearningInput } from "./learner";
import { MODEL_KEY, TASK_KEY } from "./model-facts";

/** A trained model as a file of weights brings it. */
export interface SavedModel<Facts> {
  settings: Settings;
  facts: Facts;
  /** The file in base64. */
  weights: string;
}

/**
 * What the page is to do where a model of a file is scored and none is trained.
 * @param read the items at a path, as the model knows them
 * @throws TaskError if there is nothing to score, and as `readWeights` does
 */
export async function scoringInput<Item, Facts>(
  task: string,
  { weights, evalPath }: { weights: string; evalPath: string | undefined },
  read: (path: string, facts: Facts) => Promise<readonly Item[]>,
): Promise<LearningInput<Item, Facts>> {
  if (evalPath === undefined) {
    throw new TaskError(`--weights ${weights} needs something to score. Pass --eval PATH beside it.`);
  }
  const saved = await readWeights<Facts>(task, weights);
  return { ...saved, train: [], dev: [], eval: await read(resolve(evalPath), saved.facts) };
}

/**
 * Reads what a run of a task has written as weights.safetensors.
 * @throws TaskError if there is no such file, or it is of another task or none
 * @throws FileFormatError if it is not a sound safetensors file
 */
export async function readWeights<Facts>(task: string, path: string): Promise<SavedModel<Facts>> {
  const bytes = await readFile(resolve(path)).catch((cause: unknown) => {
    throw new TaskError(`--weights ${path} cannot be read. Give the weights.safetensors of a run of ${task}.`, {
      cause,
    });
  });
  const { metadata } = decodeSafetensors(Uint8Array.from(bytes));
  const [of, model] = [metadata.get(TASK_KEY), metadata.get(MODEL_KEY)];
  if (of !== task || model === undefined) {
    const what = of === undefined ? "not the weights of a task" : `of the task ${of}`;
    throw new TaskError(`--weights ${path} should be of the task ${task} but is ${what}. Train ${task} to make one.`);
  }
  const { settings, facts } = JSON.parse(model) as { settings: Settings; facts: Facts }; // as `learn` wrote it
  return { settings, facts, weights: bytes.toString("base64") };
}
