import { ShapeError } from "@unroll/kernels";
import { conv1d, conv2d, expectGroups } from "../ops/convolution";
import { maskSteps } from "../ops/mask-steps";
import {
  type Extent2d,
  expectOwnPadding,
  type Padding1d,
  type Padding2d,
  pair,
  placed,
  placedInSteps,
} from "../ops/windows";
import { type Generator, sharedGenerator } from "../random/generator";
import { FLOATS } from "../tensor/dtype";
import { type Parameter, parameter } from "../tensor/parameter";
import { expectDType, expectShape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { constant, glorotUniform, type Initial, uniform } from "./init";
import { Module } from "./module";
import { expectExtent, expectInit, type Init } from "./options";
import { lengthsTensor } from "./recurrent";

interface ConvOptions {
  rng?: Generator;
  groups?: number;
  /** Whether there is a bias. */
  bias?: boolean;
  /**
   * `torch`: U(−1/√n, 1/√n) for both, n being the inputs of an output; `keras`: Glorot uniform, bias 0.
   */
  init?: Init;
}

export interface Conv1dModuleOptions extends ConvOptions {
  stride?: number;
  /** Zeros at each end, or `"same"`, `"valid"`, `"causal"`: see `conv1d`. */
  padding?: Padding1d;
  dilation?: number;
}

export interface Conv2dModuleOptions extends ConvOptions {
  stride?: Extent2d;
  /** Zeros on each side, or `"same"`, `"valid"`: see `conv2d`. */
  padding?: Padding2d;
  dilation?: Extent2d;
}

/** First weights [O, C/groups, ...kernel] and biases [O]. */
function initial(
  where: string,
  shape: readonly [out: number, into: number, ...kernel: number[]],
  { rng = sharedGenerator(), init: given = "torch" }: ConvOptions,
): { weight: Initial; bias: Initial } {
  const init = expectInit(where, given);
  const [out, into, ...kernel] = shape;
  const taps = kernel.reduce((a, b) => a * b, 1);
  if (init === "keras") {
    return { weight: glorotUniform(shape, rng, [out * taps, into * taps]), bias: constant([out], 0) };
  }
  const bound = 1 / Math.sqrt(into * taps);
  return { weight: uniform(shape, bound, rng), bias: uniform([out], bound, rng) };
}

/**
 * Convolution along the steps of sequences, see `conv1d`. Its parameters are named and laid out as PyTorch's `Conv1d`,
 * which however reads [B, C, T].
 */
export class Conv1d extends Module {
  readonly inputChannels: number; //  C
  readonly outputChannels: number; // O
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: Padding1d;
  readonly dilation: number;
  readonly groups: number;
  readonly weight: Parameter; //      [O, C/groups, kernel]
  readonly bias: Parameter | null; // [O]

  /**
   * @throws ValueError if a size is not a positive whole number, the padding is none, or `init` is unknown
   * @throws ShapeError if the groups do not divide the channels
   */
  constructor(inputChannels: number, outputChannels: number, kernelSize: number, options: Conv1dModuleOptions = {}) {
    super();
    const { stride = 1, padding = 0, dilation = 1, groups = 1, bias = true } = options;
    this.inputChannels = expectExtent("Conv1d", { inputChannels });
    this.outputChannels = expectExtent("Conv1d", { outputChannels });
    this.kernelSize = expectExtent("Conv1d", { kernelSize });
    placedInSteps("Conv1d", 2 ** 30, { kernel: kernelSize, stride, padding, dilation }); // says what is wrong with them
    this.stride = stride;
    this.padding = padding;
    this.dilation = dilation;
    this.groups = expectDivisible("Conv1d", inputChannels, outputChannels, groups);
    const first = initial("Conv1d", [outputChannels, inputChannels / groups, kernelSize], options);
    this.weight = parameter(first.weight);
    this.bias = bias ? parameter(first.bias) : null;
  }

  /**
   * @param x [B, T, C]
   * @param options.lengths true lengths in steps, one for each row: what lies past a row's end counts as zeros, and so are
   * the outputs that begin after it, so that padding never changes a number
   * @returns [B, T′, O]
   * @throws ShapeError if the last axis of x is not C, or the kernel is larger than the padded sequences
   * @throws UnsupportedError for lengths with `padding: "same"` and a stride, whose zeros lie where the longest row puts them
   */
  forward(x: Tensor, { lengths }: { lengths?: ArrayLike<number> | Tensor | undefined } = {}): Tensor {
    const where = "Conv1d.forward";
    expectDType(where, { x }, ...FLOATS);
    const { B, T } = expectShape(where, { x }, ["B", "T", this.inputChannels]) as { B: number; T: number };
    const { stride, padding, dilation, groups, weight, bias } = this;
    const options = { stride, padding, dilation, groups };
    const run = (of: Tensor): Tensor =>
      conv1d(this.inPrecision(of), this.inPrecision(weight), this.inPrecision(bias ?? undefined), options);
    const known = lengthsTensor(where, lengths, { B, T }, true);
    if (!known) return run(x);
    expectOwnPadding(where, { padding, stride });
    return maskSteps(run(maskSteps(x, known)), known, { stride, first: this.#firstLength() });
  }

  /** Length from which on a sequence gives an output: what its padding leaves of a window. */
  #firstLength(): number {
    const { kernelSize, dilation, padding } = this;
    if (padding === "same" || padding === "causal") return 1;
    return dilation * (kernelSize - 1) + 1 - (padding === "valid" ? 0 : 2 * padding);
  }
}

/** Convolution of images, see `conv2d`. Its parameters are named and laid out as PyTorch's `Conv2d`. */
export class Conv2d extends Module {
  readonly inputChannels: number; //  C
  readonly outputChannels: number; // O
  readonly kernelSize: readonly [number, number];
  readonly stride: Extent2d;
  readonly padding: Padding2d;
  readonly dilation: Extent2d;
  readonly groups: number;
  readonly weight: Parameter; //      [O, C/groups, kernel height, kernel width]
  readonly bias: Parameter | null; // [O]

  /**
   * @throws ValueError if a size is not a positive whole number, the padding is none, or `init` is unknown
   * @throws ShapeError if the groups do not divide the channels
   */
  constructor(inputChannels: number, outputChannels: number, kernelSize: Extent2d, options: Conv2dModuleOptions = {}) {
    super();
    const where = "Conv2d";
    const { stride = 1, padding = 0, dilation = 1, groups = 1, bias = true } = options;
    this.inputChannels = expectExtent(where, { inputChannels });
    this.outputChannels = expectExtent(where, { outputChannels });
    const kernel = pair(where, "kernelSize", kernelSize);
    for (const extent of kernel) expectExtent(where, { kernelSize: extent });
    placed(where, {
      input: [2 ** 30, 2 ** 30], // whatever the image: it says what is wrong with the options
      ...{ kernel, padding, stride: pair(where, "stride", stride), dilation: pair(where, "dilation", dilation) },
    });
    this.kernelSize = kernel;
    this.stride = stride;
    this.padding = padding;
    this.dilation = dilation;
    this.groups = expectDivisible(where, inputChannels, outputChannels, groups);
    const first = initial(where, [outputChannels, inputChannels / groups, ...kernel], options);
    this.weight = parameter(first.weight);
    this.bias = bias ? parameter(first.bias) : null;
  }

  /**
   * @param x [N, C, H, W]
   * @returns [N, O, H′, W′]
   * @throws ShapeError if x has other channels, or the kernel is larger than the padded images
   */
  forward(x: Tensor): Tensor {
    expectDType("Conv2d.forward", { x }, ...FLOATS);
    expectShape("Conv2d.forward", { x }, ["N", this.inputChannels, "H", "W"]);
    const { stride, padding, dilation, groups, weight, bias } = this;
    return conv2d(this.inPrecision(x), this.inPrecision(weight), this.inPrecision(bias ?? undefined), {
      ...{ stride, padding, dilation, groups },
    });
  }
}

function expectDivisible(where: string, C: number, O: number, groups: number): number {
  expectExtent(where, { groups });
  if (C % groups !== 0) {
    const expected = `divisible by groups = ${groups}`;
    throw new ShapeError({ where, what: "the input channels", expected, received: String(C) });
  }
  return expectGroups(where, { C, own: C / groups, O }, groups);
}
