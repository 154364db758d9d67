import { type Activation, expectActivation } from "@unroll/kernels";
import { gruResetBeforeScan, gruScan, gruStack } from "../ops/recurrent/gru";
import { gruStep } from "../ops/recurrent/gru-step";
import { sharedGenerator } from "../random/generator";
import { refuseValue } from "../tensor/kind";
import { type Parameter, parameter } from "../tensor/parameter";
import type { Tensor } from "../tensor/tensor";
import { constant, uniform } from "./init";
import { type LayerCell, LayerSteps } from "./layer-step";
import { expectClip } from "./options";
import { RecurrentModule, type RecurrentOptions, type SequenceOptions } from "./recurrent";

export interface GRUOptions extends RecurrentOptions {
  /**
   * When the reset gate acts: after the recurrent product (PyTorch, Keras), or before it (Cho et al. 2014, ONNX).
   * `after` by default.
   */
  reset?: "after" | "before";
  /** Of r and z: the logistic function by default. */
  gate?: Activation;
  /** Of n: tanh by default. */
  candidate?: Activation;
  /** Bound of all pre-activations, which then lie from −clip to clip, as ONNX has it; none by default. */
  clip?: number;
}

/** Names of the options that other layers have not. */
export const GRU_OPTIONS = ["reset", "gate", "candidate", "clip"];

/**
 * Gated recurrent unit over a batch of sequences: B rows, T steps, I input features, H hidden units.
 *   r = σ(W_r·x_t + R_r·h_{t−1} + b_r);   z = σ(W_z·x_t + R_z·h_{t−1} + b_z);   h_t = (1 − z)·n + z·h_{t−1}
 *   n = tanh(W_n·x_t + b_n + r·(R_n·h_{t−1} + b_R))      with `reset: "after"`
 *   n = tanh(W_n·x_t + b_n + R_n·(r·h_{t−1}))            with `reset: "before"`
 * Cho et al. (2014).
 */
export class GRU extends RecurrentModule {
  readonly reset: "after" | "before";
  readonly gate: Activation;
  readonly candidate: Activation;
  readonly clip: number; //                          0 where nothing is clipped
  readonly recurrentBias: readonly Parameter[]; // b_R per layer [D, H], with `reset: "after"` and bias only

  /** @throws ValueError if a size or option is out of range, or an option unknown */
  constructor(inputSize: number, hiddenSize: number, options: GRUOptions = {}) {
    super({ where: "GRU", gates: 3, own: GRU_OPTIONS }, inputSize, hiddenSize, options);
    const { rng = sharedGenerator(), reset = "after", init = "torch" } = options;
    if (reset !== "after" && reset !== "before") {
      refuseValue("GRU", { reset }, "after or before");
    }
    this.reset = reset;
    this.gate = expectActivation(options.gate ?? { name: "sigmoid" });
    this.candidate = expectActivation(options.candidate ?? { name: "tanh" });
    this.clip = expectClip("GRU", options.clip);
    const shape = [this.directions, hiddenSize];
    this.recurrentBias =
      reset === "before"
        ? []
        : this.bias.map(() =>
            parameter(init === "torch" ? uniform(shape, 1 / Math.sqrt(hiddenSize), rng) : constant(shape, 0)),
          );
  }

  /**
   * A layer a step at a time.
   * @throws UnsupportedError where it reads both ways or backwards, is to drop inputs while it trains, or resets before its product
   */
  steps(layer = 0): LayerSteps {
    const { gate, candidate, clip } = this;
    this.expectStepwise({ 'reset "before"': this.reset === "before" });
    const options = { reverse: false, gate, candidate, clip };
    const step: LayerCell["step"] = (inputs, forms) => gruStep(inputs, { options, ...forms });
    return new LayerSteps(
      { name: "gru", step },
      {
        ...this.layerParts(layer),
        recurrentBias: this.inPrecision(this.recurrentBias[layer]),
      },
    );
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
    const { reverse, gate, candidate, clip } = this;
    const scan = { dims, options: { reverse, gate, candidate, clip } };
    const states: Tensor[] = [];
    const first = this.inputProduct(0, x, lengths); //                            [B, T, D·3H], all steps in one matmul
    const stack = this.reset === "after" ? this.stack(first, lengths) : undefined;
    const start = { h0: options.state, bN: this.recurrentBias };
    const made = stack ? gruStack({ ...stack, ...start }, scan) : [];
    let output = x;
    for (let layer = 0; layer < this.layers; layer++) {
      const r = this.inPrecision(this.weightHh[layer] as Parameter);
      const gx = layer === 0 ? first : this.inputProduct(layer, output, lengths); // not computed where the stack has made it
      const inputs = { gx, r, h0: this.stateOf(layer, options.state), ...lengths };
      const { y, hN } =
        this.reset === "after"
          ? gruScan({ ...inputs, bN: this.inPrecision(this.recurrentBias[layer]) }, { ...scan, made: made[layer] })
          : gruResetBeforeScan(inputs, scan);
      output = this.outputOf(layer, y, output);
      states.push(hN);
    }
    return { output, state: this.joinStates(states) };
  }
}
