import { AdamW, type Module, type TrainOptions, type TrainResult, train } from "@unroll/nn";
import type { Epoch, Progress } from "../protocol";
import { learningRate } from "./learning-rate";
import type { Settings } from "./settings";

/** Told while training goes on. */
export interface TrainingListener {
  onProgress(progress: Progress): void;
  onEpoch(epoch: Epoch): void;
}

/** What is trained, on what, and how it is measured. */
export interface Training<Batch, State = unknown> {
  model: Module;
  settings: Pick<Settings, "epochs" | "patience" | "lr" | "weightDecay" | "clipNorm" | "precision">;
  /** The batches of an epoch, counted from 1. */
  batches(epoch: number): Iterable<Batch>;
  stepsPerEpoch: number;
  /** How many rows a batch has. */
  rowsOf(batch: Batch): number;
  /** The loss of a batch, and what the next of the epoch is to be given, if anything: see `TrainOptions.loss`. */
  loss: TrainOptions<Batch, State>["loss"];
  /** Measures the model after each epoch: its loss, and its accuracy where it has one. */
  validate(): Promise<Readonly<Record<string, number>> & { readonly loss: number }>;
  /** Which of the measures chooses the weights to keep. */
  monitor: NonNullable<TrainOptions<Batch, State>["monitor"]>;
}

/** How training went. */
export type TrainingOutcome = {
  /** Trainable numbers of the model. */
  parameters: number;
  /** The mean training loss between two reports, by step. */
  losses: { step: number; loss: number }[];
  history: Epoch[];
  /** The epoch whose weights were kept. */
  bestEpoch: number;
  reason: TrainResult["reason"];
  steps: number;
  /** Of training and validation, without what is scored at the end. */
  seconds: number;
};

/** Steps between two looks at the loss: the only times that training waits for the GPU. */
const REPORT_EVERY = 10;

/**
 * Trains a model with AdamW, in the precision that the settings ask for, with a learning rate that rises and falls, and
 * leaves it with the weights that did best. The device that `open` gave does the work.
 */
export async function trainModel<Batch, State>(
  { model, settings, batches, stepsPerEpoch, rowsOf, loss: lossOf, validate, monitor }: Training<Batch, State>,
  { onProgress, onEpoch }: TrainingListener,
): Promise<TrainingOutcome> {
  const { epochs, patience, lr, weightDecay, clipNorm } = settings;
  if (settings.precision === "f16") model.half();
  const optimizer = new AdamW(model.parameters(), { lr, weightDecay, clipNorm });
  const steps = epochs * stepsPerEpoch;
  const losses: TrainingOutcome["losses"] = [];
  const history: Epoch[] = [];
  let validationAccuracy: number | null = null;
  let lastProgress = { totalSteps: 0, seconds: 0 };

  function* scheduled(epoch: number): Generator<Batch> {
    for (const batch of batches(epoch)) {
      optimizer.lr = learningRate({ step: optimizer.updates, steps, peak: settings.lr });
      yield batch;
    }
  }

  const result = await train({
    model,
    optimizer,
    epochs,
    batches: scheduled,
    loss: lossOf,
    evaluate: validate,
    monitor,
    patience,
    count: rowsOf,
    steps: stepsPerEpoch,
    reportEvery: REPORT_EVERY,
    onProgress: ({ epoch, totalSteps, loss, items, seconds }) => {
      lastProgress = { totalSteps, seconds };
      losses.push({ step: totalSteps, loss });
      onProgress({ epoch, epochs, step: totalSteps, steps, loss, validationAccuracy, items, seconds });
    },
    onEpoch: ({ epoch, loss, metrics, isBest }) => {
      validationAccuracy = metrics.accuracy ?? null;
      const { totalSteps: step, seconds } = lastProgress;
      const validationLoss = metrics.loss ?? Number.NaN;
      const entry = { epoch, epochs, loss, validationLoss, validationAccuracy, isBest, step, seconds };
      history.push(entry);
      onEpoch(entry);
    },
  });
  optimizer.dispose();
  return {
    parameters: countParameters(model),
    losses,
    history,
    bestEpoch: result.best?.epoch ?? 0,
    reason: result.reason,
    steps: result.steps,
    seconds: lastProgress.seconds,
  };
}

/** Trainable numbers of a model. */
export function countParameters(model: Module): number {
  return model.parameters().reduce((sum, { size }) => sum + size, 0);
}
