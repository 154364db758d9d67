import { errorRate } from "@unroll/data";
import {
  Conv1d,
  ctcGreedy,
  ctcLoss,
  Dropout,
  evaluate,
  type Generator,
  LayerNorm,
  Linear,
  Module,
  relu,
  type Tensor,
  tensor,
} from "@unroll/nn";
import type { MakeLearner } from "../learning/learner";
import { makeRecurrent, type Recurrent } from "../training/recurrent";
import type { Settings } from "../training/settings";
import { BANDS } from "./features";
import type { Recording, SpokenFacts } from "./recording";
import { type SpokenBatch, SpokenPart } from "./spoken-part";

/** The blank of CTC is class 0, a digit d is class d + 1. */
const CLASSES = 11;
const CHANNELS = 64;

/**
 * Hears log-mel frames x and scores, for each step of four of them, the digits and the blank of CTC:
 *   a = relu(conv(x));   b = layerNorm(relu(conv(dropout(a))));   h = recurrent(dropout(b));   logits = W·dropout(h) + c
 * Both convolutions are 5 wide and take every other step.
 */
class SpokenDigitsModel extends Module {
  readonly first: Conv1d;
  readonly second: Conv1d;
  readonly norm: LayerNorm;
  readonly dropout: Dropout;
  readonly recurrent: Recurrent;
  readonly out: Linear;

  constructor(settings: Settings, rng: Generator) {
    super();
    this.first = new Conv1d(BANDS, CHANNELS, 5, { stride: 2, padding: 2, rng, init: "keras" });
    this.second = new Conv1d(CHANNELS, CHANNELS, 5, { stride: 2, padding: 2, rng, init: "keras" });
    this.norm = new LayerNorm(CHANNELS);
    this.dropout = new Dropout(settings.dropout, { rng });
    this.recurrent = makeRecurrent(CHANNELS, settings, { rng, dropout: settings.dropout });
    this.out = new Linear(this.recurrent.outputSize, CLASSES, { rng });
  }

  /** @param x [B, T, 32] @param frames [B] @returns logits [B, T/4, 11], and how many of the steps are a row's own, [B] */
  forward(x: Tensor, frames: Uint32Array<ArrayBuffer>): { logits: Tensor; steps: Uint32Array<ArrayBuffer> } {
    const halves = frames.map((count) => Math.ceil(count / 2));
    const steps = halves.map((count) => Math.ceil(count / 2));
    const a = relu(this.first.forward(x, { lengths: frames }));
    const b = this.norm.forward(relu(this.second.forward(this.dropout.forward(a), { lengths: halves })));
    const { output } = this.recurrent.forward(this.dropout.forward(b), { lengths: steps });
    return { logits: this.out.forward(this.dropout.forward(output)), steps };
  }
}

/** Which digits are said? */
export const ctcDigitsLearner: MakeLearner<Recording, SpokenFacts, SpokenBatch> = (_, settings, rng) => {
  const model = new SpokenDigitsModel(settings, rng);
  const forward = ({ x, shape, frames }: SpokenBatch) => model.forward(tensor(x, { shape }), frames);
  const targetsOf = ({ digits }: SpokenBatch) => digits.map((each) => each.map((digit) => digit + 1));
  return {
    model,
    monitor: { metric: "loss", better: "lower" },
    part: (recordings) => new SpokenPart(recordings, settings.batch),
    loss(batch) {
      const { logits, steps } = forward(batch);
      return ctcLoss(logits, targetsOf(batch), { inputLengths: steps });
    },
    async score(part) {
      let total = 0;
      const said: (readonly number[])[] = [];
      const understood: (readonly number[])[] = [];
      for (const batch of part.batches()) {
        const { logits, steps } = forward(batch);
        const loss = ctcLoss(logits, targetsOf(batch), { inputLengths: steps, reduction: "sum" });
        await evaluate([loss, logits]);
        const [value, paths] = await Promise.all([loss.item(), ctcGreedy(logits, { inputLengths: steps })]);
        loss.dispose();
        logits.dispose();
        total += value;
        said.push(...batch.digits);
        understood.push(...paths.map(({ labels }) => labels.map((label) => label - 1)));
      }
      const count = said.reduce((sum, { length }) => sum + length, 0);
      const right = said.filter((digits, n) => String(digits) === String(understood[n])).length;
      return { loss: total / count, characterError: errorRate(said, understood), accuracy: right / said.length };
    },
  };
};
