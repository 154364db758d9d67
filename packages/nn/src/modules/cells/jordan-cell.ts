import { add, mul } from "../../ops/arithmetic";
import { sigmoid, tanh } from "../../ops/elementwise";
import { expectProbability } from "../../ops/options";
import { sharedGenerator } from "../../random/generator";
import { expectKnown } from "../../tensor/known-options";
import type { Parameter } from "../../tensor/parameter";
import type { Tensor } from "../../tensor/tensor";
import { expectExtent } from "../options";
import { Cell, type StepResult } from "./cell";
import { type CellOptions, uniformParameter } from "./weights";

export interface JordanCellOptions extends CellOptions {
  /**
   * μ: how much of the state units' values is kept from step to step, from 0 up to but not including 1. 0 by default.
   */
  decay?: number;
  /** Of the hidden units; tanh by default. */
  activation?: (x: Tensor) => Tensor;
  /** Of the outputs that are fed back; the logistic function by default. */
  outputActivation?: (x: Tensor) => Tensor;
}

type State = { s: Tensor };

/**
 * One step of a Jordan network (Jordan 1986, "Serial order: a parallel distributed processing approach"), whose memory
 * is what it put out rather than its hidden units:
 *   h_t = tanh(W·x_t + R·s_t + b);   y_t = σ(V·h_t + b_y);   s_{t+1} = μ·s_t + y_t
 * With H hidden units and O outputs. The plan units of the paper are the input.
 */
export class JordanCell extends Cell<State> {
  readonly decay: number;
  readonly activation: (x: Tensor) => Tensor;
  readonly outputActivation: (x: Tensor) => Tensor;
  readonly weightIh: Parameter; //    W [H, I]
  readonly weightHh: Parameter; //    R [H, O]
  readonly bias: Parameter; //        b [H]
  readonly weightOutput: Parameter; // V [O, H]
  readonly biasOutput: Parameter; //  b_y [O]

  /** @throws ValueError if a size is not a positive whole number, or `decay` is out of range */
  constructor(inputSize: number, hiddenSize: number, outputSize: number, options: JordanCellOptions = {}) {
    super({ inputSize, outputSize, states: { s: outputSize } });
    expectKnown("JordanCell", options, ["rng", "decay", "activation", "outputActivation"]);
    const { rng = sharedGenerator(), decay = 0, activation = tanh, outputActivation = sigmoid } = options;
    expectExtent("JordanCell", { hiddenSize });
    this.decay = expectProbability("JordanCell", { decay });
    this.activation = activation;
    this.outputActivation = outputActivation;
    this.weightIh = uniformParameter([hiddenSize, inputSize], hiddenSize, rng);
    this.weightHh = uniformParameter([hiddenSize, outputSize], hiddenSize, rng);
    this.bias = uniformParameter([hiddenSize], hiddenSize, rng);
    this.weightOutput = uniformParameter([outputSize, hiddenSize], hiddenSize, rng);
    this.biasOutput = uniformParameter([outputSize], hiddenSize, rng);
  }

  override prepare(x: Tensor): Tensor {
    return this.product(x, this.weightIh, this.bias);
  }

  step(x: Tensor, { s }: State, seen: State): StepResult<State> {
    const h = this.activation(add(x, this.product(seen.s, this.weightHh)));
    const y = this.outputActivation(this.product(h, this.weightOutput, this.biasOutput));
    return { output: y, state: { s: this.decay > 0 ? add(mul(s, this.decay), y) : y } };
  }
}
