import { crossEntropy, random, save, tensor } from "@unroll/nn";
import { type TrainingListener, type TrainingOutcome, trainModel } from "../training/train-model";
import { NameBatches } from "./batches";
import { NameClassifier } from "./model";
import { type Guess, guessLanguages, type Scores, scoreNames, scorer } from "./score";
import type { NamesInput } from "./settings";

/** What came of it. */
export type NamesOutcome = TrainingOutcome & {
  test: Scores;
  eval: Scores | null;
  examples: { name: string; guesses: Guess[] }[];
};

/**
 * Trains a classifier on names by language, keeps the weights that did best on the validation part, and scores the
 * held-out part with them. The device that `open` gave does the work.
 * @returns the outcome, and the weights as a safetensors file
 */
export async function trainNames(
  input: NamesInput,
  listener: TrainingListener,
): Promise<{ outcome: NamesOutcome; weights: Uint8Array }> {
  const { settings, languages } = input;
  const { batch: size, seed, labelSmoothing } = settings;
  const model = new NameClassifier(languages.length, settings, random(seed));
  const batches = new NameBatches(input.train);
  const validate = scorer(input.validation);
  const training = await trainModel(
    {
      model,
      settings,
      batches: (epoch) => batches.of({ size, epoch, seed }),
      stepsPerEpoch: batches.count(size),
      rowsOf: ({ rows }) => rows.length,
      loss: ({ x, lengths, y }) =>
        crossEntropy(model.forward(tensor(x.data, { shape: x.shape }), lengths), tensor(y), { labelSmoothing }),
      validate: async () => {
        const { loss, accuracy } = await validate(model);
        return { loss, accuracy };
      },
      monitor: { metric: "accuracy", better: "higher" },
    },
    listener,
  );

  model.eval();
  const outcome: NamesOutcome = {
    ...training,
    test: await scoreNames(model, input.test),
    eval: input.eval && (await scoreNames(model, input.eval)),
    examples: await guessLanguages(
      model,
      input.examples.map(({ name }) => name),
      3,
    ),
  };
  const weights = await save(model);
  model.dispose();
  return { outcome, weights };
}
