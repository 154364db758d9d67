import { add, mul } from "../../ops/arithmetic";
import { sigmoid, tanh } from "../../ops/elementwise";
import { refuseValue } from "../../tensor/kind";
import { expectKnown } from "../../tensor/known-options";
import type { Parameter } from "../../tensor/parameter";
import type { Tensor } from "../../tensor/tensor";
import { Cell, type StepResult } from "./cell";
import { type CellOptions, gatesOf, recurrentWeights } from "./weights";

export interface LSTMCellOptions extends CellOptions {
  /** First value of the forget gates' bias; 1 by default. */
  forgetBias?: number;
}

type State = { h: Tensor; c: Tensor };

/**
 * One step of long short-term memory (Hochreiter & Schmidhuber 1997; Gers et al. 2000), as `LSTM` computes it with a
 * fused kernel:
 *   [i f g o]_t = W·x_t + R·h_{t−1} + b;   c_t = σ(f)·c_{t−1} + σ(i)·tanh(g);   h_t = σ(o)·tanh(c_t)
 */
export class LSTMCell extends Cell<State> {
  readonly weightIh: Parameter; // W [4H, I], rows unit by unit, i f g o within each
  readonly weightHh: Parameter; // R [4H, H]
  readonly bias: Parameter; //     b [4H]

  /** @throws ValueError if a size is not a positive whole number */
  constructor(inputSize: number, hiddenSize: number, options: LSTMCellOptions = {}) {
    const { forgetBias = 1 } = expectKnown("LSTMCell", options, ["rng", "forgetBias"]);
    super({ inputSize, outputSize: hiddenSize, states: { h: hiddenSize, c: hiddenSize }, units: ["h", "c"] });
    const { weightIh, weightHh, bias } = recurrentWeights(4, inputSize, hiddenSize, options);
    this.weightIh = weightIh;
    this.weightHh = weightHh;
    this.bias = startForgetting("LSTMCell", bias, forgetBias);
  }

  override prepare(x: Tensor): Tensor {
    return this.product(x, this.weightIh, this.bias);
  }

  step(x: Tensor, { c }: State, seen: State): StepResult<State> {
    const a = add(x, this.product(seen.h, this.weightHh));
    const [i, f, g, o] = gatesOf(a, 4) as [Tensor, Tensor, Tensor, Tensor];
    const cell = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
    const h = mul(sigmoid(o), tanh(cell));
    return { output: h, state: { h, c: cell } };
  }
}

/**
 * Sets the forget gates of a bias whose rows go unit by unit, i f g o, as Jozefowicz et al. (2015) advise.
 * @throws ValueError if the value is not finite
 */
export function startForgetting(where: string, bias: Parameter, value: number): Parameter {
  if (!Number.isFinite(value)) {
    refuseValue(where, { forgetBias: value }, "a finite number");
  }
  const { initial } = bias.variable;
  for (let row = 1; initial && row < initial.length; row += 4) initial[row] = value;
  return bias;
}
