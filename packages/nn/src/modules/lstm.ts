import type { Activation } from "@unroll/kernels";
import { lstmScan, lstmStack } from "../ops/recurrent/lstm";
import type { Parameter } from "../tensor/parameter";
import type { Tensor } from "../tensor/tensor";
import { RecurrentModule, type RecurrentOptions, type SequenceOptions } from "./recurrent";

export interface LSTMOptions extends RecurrentOptions {
  /** First value of the forget gates' bias. */
  forgetBias?: number;
  /** Of the gates i, f and o: the logistic function by default. */
  gate?: Activation;
  /** Of the candidate g: tanh by default. */
  candidate?: Activation;
  /** Of the cell state on its way out: tanh by default. */
  output?: Activation;
}

/** Hidden and cell state, [L·D, B, H] each: layers L, directions D. */
export interface LSTMState {
  readonly h: Tensor;
  readonly c: Tensor;
}

/**
 * Long short-term memory over a batch of sequences: B rows, T steps, I input features, H hidden units.
 *   [i f g o]_t = W·x_t + R·h_{t−1} + b;   c_t = σ(f)·c_{t−1} + σ(i)·tanh(g);   h_t = σ(o)·tanh(c_t)
 * Hochreiter & Schmidhuber (1997), with the forget gate of Gers et al. (2000). Its bias starts at 1, as
 * Jozefowicz et al. (2015) advise, so that gradients reach far back from the first update.
 */
export class LSTM extends RecurrentModule {
  readonly gate: Activation;
  readonly candidate: Activation;
  readonly outputActivation: Activation;

  /** @throws ValueError if a size or option is out of range */
  constructor(inputSize: number, hiddenSize: number, options: LSTMOptions = {}) {
    super("LSTM", 4, inputSize, hiddenSize, options);
    this.gate = options.gate ?? { name: "sigmoid" };
    this.candidate = options.candidate ?? { name: "tanh" };
    this.outputActivation = options.output ?? { name: "tanh" };
    const { forgetBias = 1 } = options;
    for (const { variable } of this.bias) {
      const values = variable.initial;
      for (let row = 1; values && row < values.length; row += 4) values[row] = forgetBias; // i f g o: f is second
    }
  }

  /**
   * @param x [B, T, I]; or classes [B, T] of u32 or i32 below I, each standing for its one-hot vector
   * @param options.state h and c to start from, [L·D, B, H] each; zeros when absent
   * @param options.lengths [B] true lengths in steps; past its length a row outputs zeros and keeps its state
   * @returns output [B, T, D·H] of the last layer and the final state
   * @throws ShapeError if x is neither [B, T, I] nor classes [B, T], or is empty
   * @throws ValueError if a length is not a whole number from 1 to T
   */
  forward(x: Tensor, options: SequenceOptions<LSTMState> = {}): { output: Tensor; state: LSTMState } {
    const { h, c } = options.state ?? {};
    const { dims, lengths } = this.begin(x, { "state.h": h, "state.c": c }, options);
    const { gate, candidate, outputActivation, reverse } = this;
    const scan = { dims, options: { reverse, gate, candidate, output: outputActivation } };
    const states: { hN: Tensor; cN: Tensor }[] = [];
    const first = this.inputProduct(0, x, lengths); //                            [B, T, D·4H], all steps in one matmul
    const stack = this.stack(first, lengths);
    const made = stack ? lstmStack({ ...stack, h0: h, c0: c }, scan) : [];
    let output = x;
    for (let layer = 0; layer < this.layers; layer++) {
      const r = this.inPrecision(this.weightHh[layer] as Parameter);
      const gx = layer === 0 ? first : this.inputProduct(layer, output, lengths); // not computed where the stack has made it
      const start = { h0: this.stateOf(layer, h), c0: this.stateOf(layer, c) };
      const { y, hN, cN } = lstmScan({ gx, r, ...start, ...lengths }, { ...scan, made: made[layer] });
      output = y;
      states.push({ hN, cN });
    }
    const state = { h: this.joinStates(states.map(({ hN }) => hN)), c: this.joinStates(states.map(({ cN }) => cN)) };
    return { output, state };
  }
}
