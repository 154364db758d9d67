import { add } from "../../ops/arithmetic";
import { tanh } from "../../ops/elementwise";
import { expectKnown } from "../../tensor/known-options";
import type { Parameter } from "../../tensor/parameter";
import type { Tensor } from "../../tensor/tensor";
import { Cell, type StepResult } from "./cell";
import { type CellOptions, recurrentWeights } from "./weights";

export interface ElmanCellOptions extends CellOptions {
  /** Any elementwise function; tanh by default. */
  activation?: (x: Tensor) => Tensor;
}

/**
 * One step of a simple recurrent network (Elman 1990), as `RNN` computes it with a fused kernel:
 *   h_t = tanh(W·x_t + R·h_{t−1} + b)
 */
export class ElmanCell extends Cell<{ h: Tensor }> {
  readonly activation: (x: Tensor) => Tensor;
  readonly weightIh: Parameter; // W [H, I]
  readonly weightHh: Parameter; // R [H, H]
  readonly bias: Parameter; //     b [H]

  /** @throws ValueError if a size is not a positive whole number */
  constructor(inputSize: number, hiddenSize: number, options: ElmanCellOptions = {}) {
    const { activation = tanh } = expectKnown("ElmanCell", options, ["rng", "activation"]);
    super({ inputSize, outputSize: hiddenSize, states: { h: hiddenSize } });
    this.activation = activation;
    const { weightIh, weightHh, bias } = recurrentWeights(1, inputSize, hiddenSize, options);
    this.weightIh = weightIh;
    this.weightHh = weightHh;
    this.bias = bias;
  }

  override prepare(x: Tensor): Tensor {
    return this.product(x, this.weightIh, this.bias);
  }

  step(x: Tensor, _: { h: Tensor }, seen: { h: Tensor }): StepResult<{ h: Tensor }> {
    const h = this.activation(add(x, this.product(seen.h, this.weightHh)));
    return { output: h, state: { h } };
  }
}
