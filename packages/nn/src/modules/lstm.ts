import { type Activation, expectActivation, lstmGates } from "@unroll/kernels";
import { lstmScan, lstmStack } from "../ops/recurrent/lstm";
import { lstmProjectedScan } from "../ops/recurrent/lstm-projected";
import { lstmStep } from "../ops/recurrent/lstm-step";
import { type Generator, sharedGenerator } from "../random/generator";
import { refuseValue } from "../tensor/kind";
import { type Parameter, parameter } from "../tensor/parameter";
import type { Tensor } from "../tensor/tensor";
import { startForgetting } from "./cells/lstm-cell";
import { constant, glorotUniform, type Initial, uniform } from "./init";
import { type LayerCell, LayerSteps } from "./layer-step";
import { expectClip, type Init } from "./options";
import { RecurrentModule, type RecurrentOptions, type SequenceOptions } from "./recurrent";

export interface LSTMOptions extends RecurrentOptions {
  /** First value of the forget gates' bias: 1 by default, where there is one. */
  forgetBias?: number;
  /** Of the gates i, f and o: the logistic function by default. */
  gate?: Activation;
  /** Of the candidate g: tanh by default. */
  candidate?: Activation;
  /** Of the cell state on its way out: tanh by default. */
  output?: Activation;
  /**
   * Whether gates see the cell state: i and f that before the step, o that after it (Gers & Schmidhuber 2000). False
   * by default.
   */
  peepholes?: boolean;
  /**
   * Whether input and forget gate are one, f = 1 − i (Greff et al. 2017; ONNX's `input_forget`). A unit then has three
   * gates with weights, i g o, two peepholes, i o, and no `forgetBias`. False by default.
   */
  coupled?: boolean;
  /** Bound of all pre-activations, peepholes included, which then lie from −clip to clip, as ONNX has it; none by default. */
  clip?: number;
  /** P < H features that a state is projected to before it is fed back and given out (Sak et al. 2014; PyTorch's proj_size). */
  projSize?: number;
}

/** Names of the options that other layers have not. */
export const LSTM_OPTIONS = ["forgetBias", "gate", "candidate", "output", "peepholes", "coupled", "clip", "projSize"];

/** Hidden state [L·D, B, H], or [L·D, B, P] where it is projected, and cell state [L·D, B, H]: layers L, directions D. */
export interface LSTMState {
  readonly h: Tensor;
  readonly c: Tensor;
}

/**
 * Long short-term memory over a batch of sequences: B rows, T steps, I input features, H hidden units.
 *   [i f g o]_t = W·x_t + R·h_{t−1} + b;   c_t = σ(f)·c_{t−1} + σ(i)·tanh(g);   h_t = σ(o)·tanh(c_t)
 * Hochreiter & Schmidhuber (1997), with the forget gate of Gers et al. (2000). Its bias starts at 1, as
 * Jozefowicz et al. (2015) advise, so that gradients reach far back from the first update. By its options
 *   peepholes   i and f have P∘c_{t−1} added before σ, and o has P∘c_t
 *   coupled     f = 1 − σ(i)
 *   projSize    h_t = V·(σ(o)·tanh(c_t)), with V [P, H] and R [4H, P]
 */
export class LSTM extends RecurrentModule {
  readonly gate: Activation;
  readonly candidate: Activation;
  readonly outputActivation: Activation;
  readonly clip: number; //                            0 where nothing is clipped
  readonly coupled: boolean;
  readonly peepholeWeight: readonly Parameter[]; //    P per layer [D, H, 3], i f o, or [D, H, 2], i o; with peepholes only
  readonly weightHr: readonly Parameter[]; //          V per layer [D, P, H]; with projSize only

  /** @throws ValueError if a size or option is out of range or unknown, or `forgetBias` meets `coupled` or `bias: false` */
  constructor(inputSize: number, hiddenSize: number, options: LSTMOptions = {}) {
    const { rng = sharedGenerator(), coupled = false, peepholes = false, init = "torch" } = options;
    const stateSize = expectProjection(hiddenSize, options.projSize);
    super(
      { where: "LSTM", gates: lstmGates({ coupled }), own: LSTM_OPTIONS },
      inputSize,
      hiddenSize,
      { ...options, rng },
      stateSize,
    );
    this.gate = expectActivation(options.gate ?? { name: "sigmoid" });
    this.candidate = expectActivation(options.candidate ?? { name: "tanh" });
    this.outputActivation = expectActivation(options.output ?? { name: "tanh" });
    this.clip = expectClip("LSTM", options.clip);
    this.coupled = coupled;
    const [D, K] = [this.directions, lstmGates({ coupled }) - 1];
    const layers = this.weightIh;
    this.peepholeWeight = peepholes ? layers.map(() => parameter(peepholeWeights([D, hiddenSize, K], init, rng))) : [];
    const projects = stateSize !== hiddenSize;
    this.weightHr = projects ? layers.map(() => parameter(projection([D, stateSize, hiddenSize], init, rng))) : [];
    if (options.forgetBias !== undefined) expectForgetBias(options);
    if (!coupled) for (const bias of this.bias) startForgetting("LSTM", bias, options.forgetBias ?? 1);
  }

  /** The features of a projected state, 0 where it is not projected, as PyTorch has it. */
  get projSize(): number {
    return this.weightHr.length > 0 ? this.stateSize : 0;
  }

  /**
   * A layer a step at a time.
   * @throws UnsupportedError where it reads both ways or backwards, is to drop inputs while it trains, or has peepholes, coupled gates or a projection
   */
  steps(layer = 0): LayerSteps {
    const { gate, candidate, outputActivation: output, clip, coupled } = this;
    this.expectStepwise({
      peepholes: this.peepholeWeight.length > 0,
      "coupled gates": coupled,
      "a projection": this.projSize > 0,
    });
    const options = { reverse: false, gate, candidate, output, clip, coupled, peepholes: false };
    const step: LayerCell["step"] = (inputs, forms, c) =>
      lstmStep({ ...inputs, c: c as Tensor }, { options, ...forms });
    return new LayerSteps({ name: "lstm", step }, this.layerParts(layer));
  }

  /**
   * @param x [B, T, I]; or classes [B, T] of u32 or i32 below I, each standing for its one-hot vector
   * @param options.state h [L·D, B, H], or [L·D, B, P] where it is projected, and c [L·D, B, H] to start from; zeros when absent
   * @param options.lengths [B] true lengths in steps; past its length a row outputs zeros and keeps its state
   * @returns output [B, T, outputSize] of the last layer and the final state
   * @throws ShapeError if x is neither [B, T, I] nor classes [B, T], or is empty
   * @throws ValueError if a length is not a whole number from 1 to T
   */
  forward(x: Tensor, options: SequenceOptions<LSTMState> = {}): { output: Tensor; state: LSTMState } {
    const { h, c } = options.state ?? {};
    const given = options.state && { "state.h": h, "state.c": c };
    const { dims, lengths } = this.begin(x, given, options, { "state.c": this.hiddenSize });
    const { gate, candidate, outputActivation, reverse, clip, coupled } = this;
    const peepholes = this.peepholeWeight.length > 0;
    const choices = { reverse, gate, candidate, output: outputActivation, clip, coupled, peepholes };
    const scan = { dims, options: choices };
    const states: { hN: Tensor; cN: Tensor }[] = [];
    const first = this.inputProduct(0, x, lengths); //                            [B, T, D·4H], all steps in one matmul
    const isPlain = !coupled && !peepholes && this.projSize === 0; // a wavefront knows no other
    const stack = isPlain ? this.stack(first, lengths) : undefined;
    const made = stack ? lstmStack({ ...stack, h0: h, c0: c }, scan) : [];
    let output = x;
    for (let layer = 0; layer < this.layers; layer++) {
      const r = this.inPrecision(this.weightHh[layer] as Parameter);
      const gx = layer === 0 ? first : this.inputProduct(layer, output, lengths); // not computed where the stack has made it
      const start = { h0: this.stateOf(layer, h), c0: this.stateOf(layer, c) };
      const inputs = { gx, r, peephole: this.inPrecision(this.peepholeWeight[layer]), ...start, ...lengths };
      const projection = this.inPrecision(this.weightHr[layer]);
      const { y, hN, cN } = projection
        ? lstmProjectedScan({ ...inputs, projection }, { dims, options: { ...choices, projection: this.stateSize } })
        : lstmScan(inputs, { ...scan, made: made[layer] });
      output = this.outputOf(layer, y, output);
      states.push({ hN, cN });
    }
    const state = { h: this.joinStates(states.map(({ hN }) => hN)), c: this.joinStates(states.map(({ cN }) => cN)) };
    return { output, state };
  }
}

/** @throws ValueError where a forget gate has no bias of its own to be set */
function expectForgetBias({ coupled = false, bias = true, forgetBias }: LSTMOptions): void {
  if (!coupled && bias) return;
  const why = coupled ? "coupled: true, where f = 1 − i has no bias of its own" : "bias: false";
  refuseValue("LSTM", { forgetBias }, `left out with ${why}`);
}

/** Features of a state of H units. @throws ValueError if a projection does not make them fewer */
function expectProjection(hiddenSize: number, projSize: number | undefined): number {
  if (projSize === undefined || projSize === 0) return hiddenSize;
  if (Number.isInteger(projSize) && projSize > 0 && projSize < hiddenSize) return projSize;
  refuseValue(
    "LSTM",
    { projSize },
    `a whole number from 1 to hiddenSize − 1 = ${hiddenSize - 1}`,
    "Leave it out for states of hiddenSize features.",
  );
}

/** As biases start: a peephole is the one weight of its kind that a gate has. */
function peepholeWeights(shape: [number, number, number], init: Init, rng: Generator): Initial {
  return init === "torch" ? uniform(shape, 1 / Math.sqrt(shape[1]), rng) : constant(shape, 0);
}

function projection(shape: [number, number, number], init: Init, rng: Generator): Initial {
  const [, P, H] = shape;
  return init === "torch" ? uniform(shape, 1 / Math.sqrt(H), rng) : glorotUniform(shape, rng, [P, H]);
}
