import { lossCurve } from "../plots";
import type { Drawing } from "../protocol";
import type { TrainingOutcome } from "../training/train-model";

/** The loss over the steps, if there was any training. */
export function drawLoss(name: string, training: TrainingOutcome | null, lossLabel?: string): Drawing[] {
  if (!training) return [];
  const evaluated = training.history.map(({ step, validationLoss }) => ({ step, loss: validationLoss }));
  const title = `Loss of the ${name} model`;
  const svg = lossCurve({ train: training.losses, eval: evaluated, title, ...(lossLabel ? { lossLabel } : {}) });
  return [{ name: "loss", svg }];
}
