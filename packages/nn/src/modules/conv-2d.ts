import { conv2d } from "../ops/convolution";
import { type Extent2d, type Padding2d, pair, placed } from "../ops/windows";
import { FLOATS } from "../tensor/dtype";
import { expectKnown } from "../tensor/known-options";
import { type Parameter, parameter } from "../tensor/parameter";
import { expectDType, expectShape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { CONV_OPTIONS, type ConvOptions, expectDivisible, initial } from "./convolution-parts";
import { Module } from "./module";
import { expectExtent } from "./options";

export interface Conv2dModuleOptions extends ConvOptions {
  /** 1 by default. */
  stride?: Extent2d;
  /** Zeros on each side, or `"same"`, `"valid"`: see `conv2d`. 0 by default. */
  padding?: Padding2d;
  /** 1 by default. */
  dilation?: Extent2d;
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
    expectKnown(where, options, CONV_OPTIONS);
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
