import { conv1d } from "../ops/convolution";
import { maskSteps } from "../ops/mask-steps";
import { expectOwnPadding, type Padding1d, placedInSteps } from "../ops/windows";
import { FLOATS } from "../tensor/dtype";
import { expectKnown } from "../tensor/known-options";
import { type Parameter, parameter } from "../tensor/parameter";
import { expectDType, expectShape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { CONV_OPTIONS, type ConvOptions, expectDivisible, initial } from "./convolution-parts";
import { lengthsTensor } from "./lengths";
import { Module } from "./module";
import { expectExtent } from "./options";

export interface Conv1dModuleOptions extends ConvOptions {
  /** 1 by default. */
  stride?: number;
  /** Zeros at each end, or `"same"`, `"valid"`, `"causal"`: see `conv1d`. 0 by default. */
  padding?: Padding1d;
  /** 1 by default. */
  dilation?: number;
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
    expectKnown("Conv1d", options, CONV_OPTIONS);
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
   * @param told.lengths true lengths in steps, one for each row: what lies past a row's end counts as zeros, and so are
   * the outputs that begin after it, so that padding never changes a number
   * @returns [B, T′, O]
   * @throws ShapeError if the last axis of x is not C, or the kernel is larger than the padded sequences
   * @throws UnsupportedError for lengths with `padding: "same"` and a stride, whose zeros lie where the longest row puts them
   */
  forward(x: Tensor, told: { lengths?: ArrayLike<number> | Tensor | undefined } = {}): Tensor {
    const where = "Conv1d.forward";
    const { lengths } = expectKnown(where, told, ["lengths"]);
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
