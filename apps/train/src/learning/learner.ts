import type { Generator, Module, Tensor, TrainOptions } from "@unroll/nn";
import type { Json } from "@unroll/testing/node";
import type { Settings } from "../training/settings";

/** How a model did on a part of the data: its loss in nats, and the measures that the task names. */
export type Scores = { loss: number } & { [measure: string]: number };

/** In which order a part is read: not given, that which is best for scoring. */
export interface Order {
  /** From 1 on; each has its own order. */
  epoch: number;
  seed: number;
}

/** A part of the data, given in batches as often as they are asked for. */
export interface Part<Batch> {
  /** Batches of a pass; every epoch has as many. */
  readonly steps: number;
  batches(order?: Order): Iterable<Batch>;
  rowsOf(batch: Batch): number;
}

/** What a task is in the page: the model, its loss, and its score. `State` is what it carries from batch to batch, if anything. */
export interface Learner<Item, Batch, State = unknown> {
  readonly model: Module;
  /** Which of the scores chooses the weights to keep. */
  readonly monitor: NonNullable<TrainOptions<Batch>["monitor"]>;
  /** Makes batches of items. It is asked for one part to train on, and for one for each file to score. */
  part(items: readonly Item[]): Part<Batch>;
  /**
   * The loss of a batch while training. With a state beside it, the next batch of the epoch is given that state, as a
   * constant: truncated back-propagation through time.
   */
  loss(batch: Batch, state?: State): Tensor | { loss: Tensor; state: State };
  /** Those of the items held out that are scored after each epoch, where all would take long; all when absent. */
  sample?(items: readonly Item[]): readonly Item[];
  /**
   * Scores a part. It is called in evaluation mode.
   * @param onScored where it takes long, told how many items have been scored so far
   */
  score(part: Part<Batch>, onScored?: (items: number) => void): Promise<Scores>;
  /** What else there is to tell of a part that is scored at the end; text is shown as it is. In evaluation mode. */
  detail?(part: Part<Batch>): Promise<Json>;
  /** What else the model has to show once it has been trained: samples of text, say. */
  show?(): Promise<Json>;
}

/** Makes the learner of a task from what its training data had: `facts` are vocabularies and the like. */
export type MakeLearner<Item, Facts, Batch, State = unknown> = (
  facts: Facts,
  settings: Settings,
  rng: Generator,
) => Learner<Item, Batch, State>;

/** What the page trains on and scores, as JSON. */
export type LearningInput<Item, Facts> = {
  settings: Settings;
  facts: Facts;
  /** None where a model is only scored. */
  train: readonly Item[];
  /** Not trained on: chooses the weights to keep, and gives the score that is reported. None where a model is only scored. */
  dev: readonly Item[];
  /** Neither trained on nor looked at to choose weights, where `dev` is not the score: scored at the end. */
  test?: readonly Item[];
  /** Items of another file, to be scored at the end. */
  eval: readonly Item[] | null;
  /** A safetensors file in base64, to be scored in place of training. */
  weights: string | null;
};
