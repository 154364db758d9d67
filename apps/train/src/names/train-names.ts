import { AdamW, crossEntropy, random, save, type TrainResult, tensor, train } from "@unroll/nn";
import type { Epoch, Progress } from "../protocol";
import { type NameBatch, NameBatches } from "./batches";
import { learningRate } from "./learning-rate";
import { NameClassifier } from "./model";
import { type Guess, guessLanguages, type Scores, scoreNames, scorer } from "./score";
import type { NamesInput } from "./settings";

/** Told while training goes on. */
export interface NamesListener {
  onProgress(progress: Progress): void;
  onEpoch(epoch: Epoch): void;
}

/** What came of it. */
export type NamesOutcome = {
  /** Trainable numbers of the model. */
  parameters: number;
  /** The mean training loss between two reports, by step. */
  losses: { step: number; loss: number }[];
  history: Epoch[];
  /** The epoch whose weights were kept. */
  bestEpoch: number;
  reason: TrainResult["reason"];
  steps: number;
  /** Of training, without scoring. */
  seconds: number;
  test: Scores;
  eval: Scores | null;
  examples: { name: string; guesses: Guess[] }[];
};

/** Steps between two looks at the loss: the only times that training waits for the GPU. */
const REPORT_EVERY = 10;

/**
 * Trains a classifier on names by language, keeps the weights that did best on the validation part, and scores the
 * held-out part with them. The device that `open` gave does the work.
 * @returns the outcome, and the weights as a safetensors file
 */
export async function trainNames(
  input: NamesInput,
  { onProgress, onEpoch }: NamesListener,
): Promise<{ outcome: NamesOutcome; weights: Uint8Array }> {
  const { settings, languages } = input;
  const { epochs, batch: size, seed, labelSmoothing } = settings;
  const model = new NameClassifier(languages.length, settings, random(seed));
  if (settings.precision === "f16") model.half();
  const optimizer = new AdamW(model.parameters(), settings);
  const batches = new NameBatches(input.train);
  const validate = scorer(input.validation);
  const stepsPerEpoch = batches.count(size);
  const steps = epochs * stepsPerEpoch;
  const losses: NamesOutcome["losses"] = [];
  const history: Epoch[] = [];
  let validationAccuracy: number | null = null;
  let lastProgress = { totalSteps: 0, seconds: 0 };

  function* scheduled(epoch: number): Generator<NameBatch> {
    for (const batch of batches.of({ size, epoch, seed })) {
      optimizer.lr = learningRate({ step: optimizer.updates, steps, peak: settings.lr });
      yield batch;
    }
  }

  const result = await train({
    model,
    optimizer,
    epochs,
    batches: scheduled,
    loss: ({ x, lengths, y }) =>
      crossEntropy(model.forward(tensor(x.data, { shape: x.shape }), lengths), tensor(y), { labelSmoothing }),
    evaluate: async () => {
      const { loss, accuracy } = await validate(model);
      return { validationLoss: loss, validationAccuracy: accuracy };
    },
    monitor: { metric: "validationAccuracy", better: "higher" },
    patience: settings.patience,
    count: ({ rows }) => rows.length,
    steps: stepsPerEpoch,
    reportEvery: REPORT_EVERY,
    onProgress: ({ epoch, totalSteps, loss, items, seconds }) => {
      lastProgress = { totalSteps, seconds };
      losses.push({ step: totalSteps, loss });
      onProgress({ epoch, epochs, step: totalSteps, steps, loss, validationAccuracy, items, seconds });
    },
    onEpoch: ({ epoch, loss, metrics, isBest }) => {
      const { validationLoss = Number.NaN, validationAccuracy: accuracy = Number.NaN } = metrics;
      validationAccuracy = accuracy;
      const { totalSteps: step, seconds } = lastProgress;
      const entry = { epoch, epochs, loss, validationLoss, validationAccuracy: accuracy, isBest, step, seconds };
      history.push(entry);
      onEpoch(entry);
    },
  });

  model.eval();
  const outcome: NamesOutcome = {
    parameters: model.parameters().reduce((sum, { size: count }) => sum + count, 0),
    losses,
    history,
    bestEpoch: result.best?.epoch ?? 0,
    reason: result.reason,
    steps: result.steps,
    seconds: lastProgress.seconds,
    test: await scoreNames(model, input.test),
    eval: input.eval && (await scoreNames(model, input.eval)),
    examples: await guessLanguages(
      model,
      input.examples.map(({ name }) => name),
      3,
    ),
  };
  const weights = await save(model);
  optimizer.dispose();
  model.dispose();
  return { outcome, weights };
}
