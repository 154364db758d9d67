import { add, mul } from "../../ops/arithmetic";
import { conv2d } from "../../ops/convolution";
import { sigmoid, tanh } from "../../ops/elementwise";
import { reshape } from "../../ops/reshape";
import { type Extent2d, type Padding2d, pair, placed } from "../../ops/windows";
import { sharedGenerator } from "../../random/generator";
import { expectKnown } from "../../tensor/known-options";
import { type Parameter, parameter } from "../../tensor/parameter";
import type { Tensor } from "../../tensor/tensor";
import { constant } from "../init";
import { expectExtent } from "../options";
import { Cell, type StepResult } from "./cell";
import { startForgetting } from "./lstm-cell";
import { type CellOptions, gatesOf, uniformParameter } from "./weights";

export interface ConvLSTM2DCellOptions extends CellOptions {
  /** Height and width of both kernels. */
  kernelSize: Extent2d;
  /** Of the convolution of the input; that of the state has stride 1. 1 by default. */
  stride?: Extent2d;
  /** Of the convolution of the input, "same" by default; that of the state is "same". */
  padding?: Padding2d;
  /** Whether the gates also see the cells, each pixel its own, as in the paper; Keras's layer has none. */
  peepholes?: boolean;
  /** First value of the forget gates' bias; 1 by default. */
  forgetBias?: number;
}

/** Names of the options that other cells have not. */
export const CONV_LSTM_OPTIONS = ["kernelSize", "stride", "padding", "peepholes", "forgetBias"];

type State = { h: Tensor; c: Tensor };

/**
 * One step of a convolutional LSTM over images of C channels (Shi et al. 2015, "Convolutional LSTM network", equation 3),
 * with F filters; ∗ is a convolution:
 *   [i f g o]_t = W ∗ X_t + R ∗ H_{t−1} + b, and with peepholes i and f get P_i·C_{t−1} and P_f·C_{t−1} more, o P_o·C_t
 *   C_t = σ(f)·C_{t−1} + σ(i)·tanh(g);   H_t = σ(o)·tanh(C_t)
 * Images are [C, H, W]; input [B, T, C, H, W], output and states [B, …, F, H′, W′].
 */
export class ConvLSTM2DCell extends Cell<State> {
  readonly filters: number; // F
  readonly stride: Extent2d;
  readonly padding: Padding2d;
  readonly weightIh: Parameter; //    W [4F, C, kH, kW], rows filter by filter, i f g o within each
  readonly weightHh: Parameter; //    R [4F, F, kH, kW]
  readonly bias: Parameter; //        b [4F]
  readonly peephole: readonly Parameter[]; // P_i, P_f, P_o [F, H′, W′]; none without

  /**
   * @param inputShape channels, height and width of an image
   * @throws ShapeError if the kernel is larger than the padded image
   * @throws ValueError if a size is not a positive whole number
   */
  constructor(inputShape: readonly [number, number, number], filters: number, options: ConvLSTM2DCellOptions) {
    const where = "ConvLSTM2DCell";
    expectKnown(where, options, ["rng", ...CONV_LSTM_OPTIONS]);
    const { rng = sharedGenerator(), kernelSize, stride = 1, padding = "same", forgetBias = 1 } = options;
    const [C, H, W] = inputShape;
    const [kH, kW] = pair(where, "kernelSize", kernelSize);
    const { OH, OW } = placed(where, {
      ...{ input: [H, W], kernel: [kH, kW], padding },
      ...{ stride: pair(where, "stride", stride), dilation: [1, 1] },
    });
    const size = [expectExtent(where, { filters }), OH, OW];
    super({ inputSize: inputShape, outputSize: size, states: { h: size, c: size }, channelAxis: 0 });
    this.filters = filters;
    this.stride = stride;
    this.padding = padding;
    const seen = filters * kH * kW;
    this.weightIh = uniformParameter([4 * filters, C, kH, kW], seen, rng);
    this.weightHh = uniformParameter([4 * filters, filters, kH, kW], seen, rng);
    this.bias = startForgetting(where, uniformParameter([4 * filters], seen, rng), forgetBias);
    this.peephole = options.peepholes ? ["i", "f", "o"].map(() => parameter(constant(size, 0))) : [];
  }

  override prepare(x: Tensor): Tensor {
    const [B, T, ...image] = x.shape as [number, number, ...number[]];
    const { stride, padding } = this;
    const images = this.inPrecision(reshape(x, [B * T, ...image]));
    const y = conv2d(images, this.inPrecision(this.weightIh), this.inPrecision(this.bias), { stride, padding });
    return reshape(y, [B, T, ...y.shape.slice(1)]);
  }

  step(x: Tensor, { c }: State, seen: State): StepResult<State> {
    const fromState = conv2d(this.inPrecision(seen.h), this.inPrecision(this.weightHh), undefined, { padding: "same" });
    const [i, f, g, o] = gatesOf(add(x, fromState), 4, 1) as [Tensor, Tensor, Tensor, Tensor];
    const [pi, pf, po] = this.peephole;
    const seeing = (a: Tensor, p: Parameter | undefined, cells: Tensor): Tensor => (p ? add(a, mul(p, cells)) : a);
    const cell = add(mul(sigmoid(seeing(f, pf, c)), c), mul(sigmoid(seeing(i, pi, c)), tanh(g)));
    const h = mul(sigmoid(seeing(o, po, cell)), tanh(cell));
    return { output: h, state: { h, c: cell } };
  }
}
