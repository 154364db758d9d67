import { add, mul } from "../../ops/arithmetic";
import { sigmoid, tanh } from "../../ops/elementwise";
import { sharedGenerator } from "../../random/generator";
import { expectKnown } from "../../tensor/known-options";
import type { Parameter } from "../../tensor/parameter";
import type { Tensor } from "../../tensor/tensor";
import { LayerNorm } from "../layer-norm";
import { Cell, type StepResult } from "./cell";
import { type LSTMCellOptions, startForgetting } from "./lstm-cell";
import { gatesOf, recurrentWeights } from "./weights";

export interface LayerNormLSTMCellOptions extends LSTMCellOptions {
  /** 1e-5 by default. */
  epsilon?: number;
}

type State = { h: Tensor; c: Tensor };

/**
 * One step of an LSTM with layer normalisation (Ba, Kiros & Hinton 2016, equations 20 to 22):
 *   [i f g o]_t = LN(W·x_t) + LN(R·h_{t−1}) + b;   c_t = σ(f)·c_{t−1} + σ(i)·tanh(g);   h_t = σ(o)·tanh(LN(c_t))
 * Each LN normalises over all of its vector, the 4H pre-activations or the H cells, and has a gain; b and the bias of
 * the cells' LN are its only biases, since those of the two others would only ever be added to b.
 */
export class LayerNormLSTMCell extends Cell<State> {
  readonly weightIh: Parameter; // W [4H, I], rows unit by unit, i f g o within each
  readonly weightHh: Parameter; // R [4H, H]
  readonly bias: Parameter; //     b [4H]
  readonly inputNorm: LayerNorm;
  readonly recurrentNorm: LayerNorm;
  readonly cellNorm: LayerNorm;

  /** @throws ValueError if a size is not a positive whole number */
  constructor(inputSize: number, hiddenSize: number, options: LayerNormLSTMCellOptions = {}) {
    super({ inputSize, outputSize: hiddenSize, states: { h: hiddenSize, c: hiddenSize } });
    expectKnown("LayerNormLSTMCell", options, ["rng", "forgetBias", "epsilon"]);
    const { rng = sharedGenerator(), forgetBias = 1, epsilon = 1e-5 } = options;
    const { weightIh, weightHh, bias } = recurrentWeights(4, inputSize, hiddenSize, { rng });
    this.weightIh = weightIh;
    this.weightHh = weightHh;
    this.bias = startForgetting("LayerNormLSTMCell", bias, forgetBias);
    this.inputNorm = new LayerNorm(4 * hiddenSize, { epsilon, bias: false });
    this.recurrentNorm = new LayerNorm(4 * hiddenSize, { epsilon, bias: false });
    this.cellNorm = new LayerNorm(hiddenSize, { epsilon });
  }

  override prepare(x: Tensor): Tensor {
    return add(this.inputNorm.forward(this.product(x, this.weightIh)), this.bias);
  }

  step(x: Tensor, { c }: State, seen: State): StepResult<State> {
    const a = add(x, this.recurrentNorm.forward(this.product(seen.h, this.weightHh)));
    const [i, f, g, o] = gatesOf(a, 4) as [Tensor, Tensor, Tensor, Tensor];
    const cell = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
    const h = mul(sigmoid(o), tanh(this.cellNorm.forward(cell)));
    return { output: h, state: { h, c: cell } };
  }
}
