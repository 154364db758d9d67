import type { LearningOutcome } from "../learning/learn";

/** How a model did on a list of names. */
export type Scores = {
  /** Mean cross-entropy in nats, without label smoothing. */
  loss: number;
  accuracy: number;
  /** The language it takes for the likeliest, name by name. */
  predicted: readonly number[];
};

/** A language and how likely the model takes it to be. */
export type Guess = { language: number; probability: number };

/** What came of it: of names held out, where there was training, and of others. */
export interface NamesOutcome extends Pick<LearningOutcome, "training" | "parameters"> {
  test: Scores | null;
  eval: Scores | null;
  /** For each of the examples the likeliest languages, likeliest first. */
  guesses: readonly (readonly Guess[])[];
}

/** What the names learner sent. */
export function namesOutcome({
  training,
  parameters,
  test,
  eval: other,
  details,
  shown,
}: LearningOutcome): NamesOutcome {
  const scores = (measured: LearningOutcome["test"], predicted: unknown): Scores | null =>
    measured && {
      loss: measured.loss,
      accuracy: measured.accuracy ?? Number.NaN,
      predicted: predicted as number[], // as its `detail` made it
    };
  return {
    ...{ training, parameters },
    test: scores(test, details.test),
    eval: scores(other, details.eval),
    guesses: shown as Guess[][], // as its `show` made it
  };
}
