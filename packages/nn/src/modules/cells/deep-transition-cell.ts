import { add } from "../../ops/arithmetic";
import { tanh } from "../../ops/elementwise";
import { sharedGenerator } from "../../random/generator";
import { expectKnown } from "../../tensor/known-options";
import type { Tensor } from "../../tensor/tensor";
import { Linear } from "../linear";
import { Cell, type StepResult } from "./cell";
import type { CellOptions } from "./weights";

export interface DeepTransitionCellOptions extends CellOptions {
  /** Sizes of the hidden layers between input and state, of which none are needed. */
  input?: readonly number[];
  /** Sizes of the hidden layers between state and state. */
  transition?: readonly number[];
  /** Sizes of the hidden layers between state and output, the last of which is the output; none: the state is it. */
  output?: readonly number[];
  /** Whether the state also reaches the next state directly, past the hidden layers of the transition. */
  shortcut?: boolean;
  /** Of every layer; tanh by default. */
  activation?: (x: Tensor) => Tensor;
}

type State = { h: Tensor };

/**
 * One step of a recurrent network that is deep within a step, in the ways of Goodfellow, Bengio & Courville (2016),
 * figure 10.13 b and c, after Pascanu, Gulcehre, Cho & Bengio (2014, "How to construct deep recurrent neural networks"):
 *   e_t = φ(W_k···φ(W_1·x_t + b_1) + b_k)            deep input-to-hidden
 *   z_t = φ(U_m···φ(U_1·h_{t−1} + V·e_t + c_1) + c_m) deep hidden-to-hidden, DT-RNN
 *   h_t = φ(U·z_t + c), or φ(U·z_t + S·h_{t−1} + c)   the latter with `shortcut`, DT(S)-RNN: the shorter path of 10.13 c
 *   y_t = φ(O_n···φ(O_1·h_t + d_1) + d_n)             deep hidden-to-output, DOT-RNN
 * Without hidden layers in the transition, h_t = φ(U·h_{t−1} + V·e_t + c). Figure 10.13 a is `layers` of `Recurrent`.
 * Only the transition runs step by step: the others are products over all steps.
 */
export class DeepTransitionCell extends Cell<State> {
  readonly activation: (x: Tensor) => Tensor;
  readonly inputLayers: readonly Linear[]; //      W, b
  readonly fromInput: Linear; //                   V and c_1
  readonly transitionLayers: readonly Linear[]; // U, and c of all but the first
  readonly shortcut: Linear | null; //             S
  readonly outputLayers: readonly Linear[]; //     O, d

  /** @throws ValueError if a size is not a positive whole number */
  constructor(inputSize: number, hiddenSize: number, options: DeepTransitionCellOptions = {}) {
    // biome-ignore format: a list of words
    expectKnown("DeepTransitionCell", options, ["rng", "input", "transition", "shortcut", "output", "activation"]);
    const { rng = sharedGenerator(), input = [], transition = [], output = [], activation = tanh } = options;
    super({ inputSize, outputSize: output.at(-1) ?? hiddenSize, states: { h: hiddenSize } });
    this.activation = activation;
    this.inputLayers = layersBetween([inputSize, ...input], (from, to) => new Linear(from, to, { rng }));
    const widths = [hiddenSize, ...transition, hiddenSize];
    this.fromInput = new Linear(input.at(-1) ?? inputSize, widths[1] as number, { rng });
    this.transitionLayers = layersBetween(widths, (from, to, k) => new Linear(from, to, { rng, bias: k > 0 }));
    this.shortcut = options.shortcut ? new Linear(hiddenSize, hiddenSize, { rng, bias: false }) : null;
    this.outputLayers = layersBetween([hiddenSize, ...output], (from, to) => new Linear(from, to, { rng }));
  }

  override prepare(x: Tensor): Tensor {
    return this.fromInput.forward(this.#through(this.inputLayers, x));
  }

  step(x: Tensor, _: State, seen: State): StepResult<State> {
    let z = seen.h;
    for (const [k, layer] of this.transitionLayers.entries()) {
      let a = layer.forward(z);
      if (k === 0) a = add(a, x);
      if (k === this.transitionLayers.length - 1 && this.shortcut) a = add(a, this.shortcut.forward(seen.h));
      z = this.activation(a);
    }
    return { output: z, state: { h: z } };
  }

  override finish(y: Tensor): Tensor {
    return this.#through(this.outputLayers, y);
  }

  #through(layers: readonly Linear[], x: Tensor): Tensor {
    return layers.reduce((value, layer) => this.activation(layer.forward(value)), x);
  }
}

/** A layer from each width to the next. */
function layersBetween(widths: readonly number[], make: (from: number, to: number, k: number) => Linear): Linear[] {
  return widths.slice(1).map((to, k) => make(widths[k] as number, to, k));
}
