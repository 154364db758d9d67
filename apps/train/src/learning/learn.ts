import { load, random, save } from "@unroll/nn";
import type { Json } from "@unroll/testing/node";
import { type PageMessage, toBase64 } from "../protocol";
import { countParameters, type TrainingListener, type TrainingOutcome, trainModel } from "../training/train-model";
import type { LearningInput, MakeLearner, Scores } from "./learner";
import { MODEL_KEY, TASK_KEY } from "./model-facts";

/** What came of it. */
export type LearningOutcome = {
  /** None where a model was only scored. */
  training: TrainingOutcome | null;
  parameters: number;
  /** Of the part that chose the weights; none where a model was only scored. */
  dev: Scores | null;
  eval: Scores | null;
  shown: Json;
};

/** What the worker sends back: the outcome, and the safetensors file in base64. */
export type LearningResult = LearningOutcome & { weights: string };

/**
 * Trains a task's model and keeps the weights that did best on the dev part, or fills it from a file; then scores it.
 * @returns the outcome, and the weights as a safetensors file whose metadata has all that is needed to use them again
 */
export async function learn<Item, Facts, Batch, State>(
  task: string,
  makeLearner: MakeLearner<Item, Facts, Batch, State>,
  input: LearningInput<Item, Facts>,
  listener: TrainingListener,
): Promise<{ outcome: LearningOutcome; weights: Uint8Array }> {
  const { settings, facts } = input;
  const { seed } = settings;
  const learner = makeLearner(facts, settings, random(seed));
  const { model, monitor } = learner;
  let training: TrainingOutcome | null = null;
  let dev: Scores | null = null;
  if (input.weights === null) {
    const part = learner.part(input.train);
    const devPart = learner.part(input.dev);
    training = await trainModel(
      {
        model,
        settings,
        batches: (epoch) => part.batches({ epoch, seed }),
        stepsPerEpoch: part.steps,
        rowsOf: (batch) => part.rowsOf(batch),
        loss: (batch, state?: State) => learner.loss(batch, state),
        validate: () => learner.score(devPart),
        monitor,
      },
      listener,
    );
    model.eval();
    dev = await learner.score(devPart);
  } else {
    await load(model, fromBase64(input.weights));
    if (settings.precision === "f16") model.half();
    model.eval();
  }
  const outcome = {
    training,
    parameters: countParameters(model),
    dev,
    eval: input.eval && (await learner.score(learner.part(input.eval))),
    shown: (await learner.show?.()) ?? null,
  };
  const weights = await save(model, { [TASK_KEY]: task, [MODEL_KEY]: JSON.stringify({ settings, facts }) });
  model.dispose();
  return { outcome, weights };
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
    });
    return { ...outcome, weights: toBase64(weights) };
  };
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
