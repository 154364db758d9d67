import { Dropout, type Generator, Linear, Module, type Tensor, tensor } from "@unroll/nn";
import { type ClassBatch, classifier } from "../learning/classifier";
import type { MakeLearner } from "../learning/learner";
import { lastLayer, makeRecurrent, type Recurrent } from "../training/recurrent";
import type { Settings } from "../training/settings";
import type { Digit, DigitFacts } from "./data";
import { FEATURES, POINTS } from "./resample";

/** Scores each digit by the last state: logits = W·dropout(h_T) + b. */
class DigitModel extends Module {
  readonly recurrent: Recurrent;
  readonly dropout: Dropout;
  readonly out: Linear;

  constructor(classes: number, settings: Settings, rng: Generator) {
    super();
    this.recurrent = makeRecurrent(FEATURES, settings, { rng });
    this.dropout = new Dropout(settings.dropout, { rng });
    this.out = new Linear(this.recurrent.outputSize, classes, { rng });
  }

  /** @param x points [B, 8, 5] @returns logits [B, 10] */
  forward(x: Tensor): Tensor {
    const { state } = this.recurrent.forward(x);
    return this.out.forward(this.dropout.forward(lastLayer(this.recurrent, state)));
  }
}

/** Which digit did a pen write? */
export const pendigitsLearner: MakeLearner<Digit, DigitFacts, ClassBatch<Tensor>> = ({ classes }, settings, rng) => {
  const model = new DigitModel(classes, settings, rng);
  return classifier<Digit, Tensor>({
    model,
    forward: (x) => model.forward(x),
    lengthOf: () => POINTS,
    classOf: ({ digit }) => digit,
    encode: (digits) =>
      tensor(Float32Array.from(digits.flatMap(({ points }) => points)), { shape: [digits.length, POINTS, FEATURES] }),
    batch: settings.batch,
    multiple: POINTS,
    labelSmoothing: settings.labelSmoothing,
  });
};
