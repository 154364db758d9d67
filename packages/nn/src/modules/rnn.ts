import { type Activation, expectActivation } from "@unroll/kernels";
import { elmanScan, elmanStack } from "../ops/recurrent/elman";
import { elmanStep } from "../ops/recurrent/elman-step";
import type { Parameter } from "../tensor/parameter";
import type { Tensor } from "../tensor/tensor";
import { type LayerCell, LayerSteps } from "./layer-step";
import { expectClip } from "./options";
import { RecurrentModule, type RecurrentOptions, type SequenceOptions } from "./recurrent";

export interface RNNOptions extends RecurrentOptions {
  /** tanh by default; relu, linear and others as `Activation` lists them. */
  activation?: Activation;
  /** Bound of the pre-activations, which then lie from −clip to clip, as ONNX has it; none by default. */
  clip?: number;
}

/** Names of the options that other layers have not. */
export const RNN_OPTIONS = ["activation", "clip"];

/**
 * Simple recurrent network (Elman 1990) over a batch of sequences: B rows, T steps, I input features, H hidden units.
 *   h_t = tanh(W·x_t + R·h_{t−1} + b)
 */
export class RNN extends RecurrentModule {
  readonly activation: Activation;
  readonly clip: number; // 0 where nothing is clipped

  /** @throws ValueError if a size or option is out of range, or an option unknown */
  constructor(inputSize: number, hiddenSize: number, options: RNNOptions = {}) {
    super({ where: "RNN", gates: 1, own: RNN_OPTIONS }, inputSize, hiddenSize, options);
    this.activation = expectActivation(options.activation ?? { name: "tanh" });
    this.clip = expectClip("RNN", options.clip);
  }

  /**
   * A layer a step at a time.
   * @throws UnsupportedError where it reads both ways or backwards, is to drop inputs while it trains, or has a clip
   */
  steps(layer = 0): LayerSteps {
    this.expectStepwise({ "a clip": this.clip > 0 });
    const options = { reverse: false, activation: this.activation, clip: 0 };
    const step: LayerCell["step"] = (inputs, forms) => elmanStep(inputs, { options, ...forms });
    return new LayerSteps({ name: "rnn", step }, this.layerParts(layer));
  }

  /**
   * @param x [B, T, I]; or classes [B, T] of u32 or i32 below I, each standing for its one-hot vector
   * @param options.state [L·D, B, H]: layers L, directions D; zeros when absent
   * @param options.lengths [B] true lengths in steps; past its length a row outputs zeros and keeps its state
   * @returns output [B, T, outputSize] of the last layer and the final state [L·D, B, H]
   * @throws ShapeError if x is neither [B, T, I] nor classes [B, T], or is empty
   * @throws ValueError if a length is not a whole number from 1 to T
   */
  forward(x: Tensor, options: SequenceOptions<Tensor> = {}): { output: Tensor; state: Tensor } {
    const { dims, lengths } = this.begin(x, options.state && { state: options.state }, options);
    const scan = { dims, options: { reverse: this.reverse, activation: this.activation, clip: this.clip } };
    const states: Tensor[] = [];
    const first = this.inputProduct(0, x, lengths); //                              [B, T, D·H], all steps in one matmul
    const stack = this.clip > 0 ? undefined : this.stack(first, lengths); // backward needs what a wavefront does not keep
    const made = stack ? elmanStack({ ...stack, h0: options.state }, scan) : [];
    let output = x;
    for (let layer = 0; layer < this.layers; layer++) {
      const r = this.inPrecision(this.weightHh[layer] as Parameter);
      const gx = layer === 0 ? first : this.inputProduct(layer, output, lengths); // not computed where the stack has made it
      const inputs = { gx, r, h0: this.stateOf(layer, options.state), ...lengths };
      const { y, hN } = elmanScan(inputs, { ...scan, made: made[layer] });
      output = this.outputOf(layer, y, output);
      states.push(hN);
    }
    return { output, state: this.joinStates(states) };
  }
}
