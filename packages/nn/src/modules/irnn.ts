import { sharedGenerator } from "../random/generator";
import { refuseValue } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import { RECURRENT_OPTIONS } from "./recurrent";
import { RNN, type RNNOptions } from "./rnn";

export interface IRNNOptions extends Omit<RNNOptions, "activation" | "init"> {
  /** What the identity is multiplied by: 1 by default; 0.01 in the paper where long-term memory only does harm. */
  scale?: number;
}

/** Standard deviation of the input weights that the paper starts from. */
const INPUT_DEVIATION = 1e-3;

/**
 * A simple recurrent network of rectified linear units whose recurrent weights start as the identity (Le, Jaitly & Hinton
 * 2015), so that a state is kept, and its gradient with it, until training has something better to do:
 *   h_t = max(0, W·x_t + R·h_{t−1} + b),   R = scale·1, W from N(0, 0.001²), b = 0 at first
 * Apart from these first values it is `RNN`.
 */
export class IRNN extends RNN {
  /** @throws ValueError if a size or option is out of range */
  constructor(inputSize: number, hiddenSize: number, options: IRNNOptions = {}) {
    const known = [...RECURRENT_OPTIONS.filter((name) => name !== "init"), "clip", "scale"];
    const { rng = sharedGenerator(), scale = 1, ...others } = expectKnown("IRNN", options, known);
    super(inputSize, hiddenSize, { ...others, rng, activation: { name: "relu" } });
    if (!Number.isFinite(scale)) {
      refuseValue("IRNN", { scale }, "a finite number");
    }
    for (const { variable } of this.weightIh) {
      const values = variable.initial;
      values?.set(rng.normal(values.length, 0, INPUT_DEVIATION));
    }
    for (const { variable } of this.weightHh) {
      const H = hiddenSize;
      variable.initial?.forEach((_, n, all) => {
        all[n] = Math.floor(n / H) % H === n % H ? scale : 0;
      });
    }
    for (const { variable } of this.bias) variable.initial?.fill(0);
  }
}
