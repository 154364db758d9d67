import { load, random, save } from "@unroll/nn";
import type { Json } from "@unroll/testing/node";
import { fromBase64, type PageMessage, type Scored, toBase64 } from "../protocol";
import { countParameters, type TrainingListener, type TrainingOutcome, trainModel } from "../training/train-model";
import type { Learner, LearningInput, MakeLearner, Scores } from "./learner";
import { MODEL_KEY, TASK_KEY } from "./model-facts";

/** What came of it. */
export type LearningOutcome = {
  /** None where a model was only scored. */
  training: TrainingOutcome | null;
  parameters: number;
  /** Of the part that chose the weights; none where a model was only scored. */
  dev: Scores | null;
  /** Of the part that chose nothing; none where a model was only scored, or the task has no such part. */
  test: Scores | null;
  eval: Scores | null;
  /** What else the task tells of the parts that were scored. */
  details: { dev: Json; test: Json; eval: Json };
  shown: Json;
};

/** What the worker sends back: the outcome, and the safetensors file in base64. */
export type LearningResult = LearningOutcome & { weights: string };

/** Told while a model is trained and scored. */
export interface LearningListener extends TrainingListener {
  onScored?(scored: Scored): void;
}

/**
 * Trains a task's model and keeps the weights that did best on the dev part, or fills it from a file; then scores it.
 * @returns the outcome, and the weights as a safetensors file whose metadata has all that is needed to use them again
 */
export async function learn<Item, Facts, Batch, State>(
  task: string,
  makeLearner: MakeLearner<Item, Facts, Batch, State>,
  input: LearningInput<Item, Facts>,
  listener: LearningListener,
): Promise<{ outcome: LearningOutcome; weights: Uint8Array }> {
  const { settings, facts } = input;
  const { seed } = settings;
  const learner = makeLearner(facts, settings, random(seed));
  const { model, monitor } = learner;
  let training: TrainingOutcome | null = null;
  if (input.weights === null) {
    const part = learner.part(input.train);
    const sample = learner.sample?.(input.dev) ?? input.dev;
    const devPart = learner.part(sample);
    training = await trainModel(
      {
        model,
        settings,
        batches: (epoch) => part.batches({ epoch, seed }),
        stepsPerEpoch: part.steps,
        rowsOf: (batch) => part.rowsOf(batch),
        loss: (batch, state?: State) => learner.loss(batch, state),
        validate: () => learner.score(devPart, (items) => listener.onScored?.({ items, of: sample.length })),
        monitor,
      },
      listener,
    );
    model.eval();
  } else {
    await load(model, fromBase64(input.weights));
    if (settings.precision === "f16") model.half();
    model.eval();
  }
  const dev = await scored(learner, training && input.dev, listener);
  const test = await scored(learner, input.test, listener);
  const evaluated = await scored(learner, input.eval, listener);
  const outcome = {
    training,
    parameters: countParameters(model),
    ...{ dev: dev.scores, test: test.scores, eval: evaluated.scores },
    details: { dev: dev.detail, test: test.detail, eval: evaluated.detail },
    shown: (await learner.show?.()) ?? null,
  };
  const weights = await save(model, { [TASK_KEY]: task, [MODEL_KEY]: JSON.stringify({ settings, facts }) });
  model.dispose();
  return { outcome, weights };
}

/** What a part is scored, if there is one, and what else there is to tell of it. */
async function scored<Item, Batch>(
  learner: Learner<Item, Batch>,
  items: readonly Item[] | null | undefined,
  { onScored }: LearningListener,
): Promise<{ scores: Scores | null; detail: Json }> {
  if (!items) return { scores: null, detail: null };
  const part = learner.part(items);
  const scores = await learner.score(part, (count) => onScored?.({ items: count, of: items.length }));
  return { scores, detail: (await learner.detail?.(part)) ?? null };
}

/** The side of a task that runs in the worker; its input is the `LearningInput` that the command line wrote. */
export function learningPageTask<Item, Facts, Batch, State>(
  task: string,
  makeLearner: MakeLearner<Item, Facts, Batch, State>,
): (input: unknown, send: (message: PageMessage) => void) => Promise<LearningResult> {
  return async (input, send) => {
    const { outcome, weights } = await learn(task, makeLearner, input as LearningInput<Item, Facts>, {
      onProgress: (progress) => send({ kind: "progress", progress }),
      onEpoch: (epoch) => send({ kind: "epoch", epoch }),
      onScored: (scored) => send({ kind: "scored", scored }),
    });
    return { ...outcome, weights: toBase64(weights) };
  };
}
