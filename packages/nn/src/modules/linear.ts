import { linear } from "../ops/linear";
import { type Generator, sharedGenerator } from "../random/generator";
import { FLOATS } from "../tensor/dtype";
import { expectKnown } from "../tensor/known-options";
import { type Parameter, parameter } from "../tensor/parameter";
import { expectDType, expectShape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { constant, glorotUniform, uniform } from "./init";
import { Module } from "./module";
import { expectExtent, expectInit, type Init } from "./options";

export interface LinearOptions {
  /** `sharedGenerator()` by default. */
  rng?: Generator;
  /** Whether there is a bias; true by default. */
  bias?: boolean;
  /** `torch`: U(−1/√I, 1/√I) for both; `keras`: Glorot uniform, bias 0. `torch` by default. */
  init?: Init;
  /**
   * Weights [O, I] of another part, to be shared with it: those of the embedding in a language model (Press & Wolf 2017).
   * They are trained, counted and saved as one.
   */
  weight?: Parameter;
}

/** y = x·Wᵀ + b over the last axis, whatever axes stand before it: applied to [B, T, I] it is applied to each time step. */
export class Linear extends Module {
  readonly inputSize: number; //  I
  readonly outputSize: number; // O
  readonly weight: Parameter; //  W [O, I]
  readonly bias: Parameter | null; // b [O]

  /**
   * @throws ValueError if a size is not a positive whole number, or an option is unknown
   * @throws ShapeError if `weight` is not [O, I]
   */
  constructor(inputSize: number, outputSize: number, options: LinearOptions = {}) {
    super();
    expectKnown("Linear", options, ["rng", "bias", "init", "weight"]);
    const { rng = sharedGenerator(), bias = true } = options;
    const init = expectInit("Linear", options.init ?? "torch");
    this.inputSize = expectExtent("Linear", { inputSize });
    this.outputSize = expectExtent("Linear", { outputSize });
    const shape = [outputSize, inputSize];
    const bound = 1 / Math.sqrt(inputSize);
    if (options.weight) expectShape("Linear", { weight: options.weight }, shape);
    this.weight =
      options.weight ?? parameter(init === "keras" ? glorotUniform(shape, rng) : uniform(shape, bound, rng));
    this.bias = bias
      ? parameter(init === "keras" ? constant([outputSize], 0) : uniform([outputSize], bound, rng))
      : null;
  }

  /**
   * @param x [..., I]
   * @returns [..., O]
   * @throws ShapeError if the last axis of x is not I
   */
  forward(x: Tensor): Tensor {
    expectDType("Linear.forward", { x }, ...FLOATS);
    const remedy = `The last axis must equal inputSize: build the layer with new Linear(${x.shape.at(-1)}, …) or project x to ${this.inputSize} features first.`;
    expectShape(
      "Linear.forward",
      { x },
      [...x.shape.slice(0, -1).map((_, axis) => `n${axis}`), this.inputSize],
      remedy,
    );
    const { weight, bias } = this;
    return linear(this.inPrecision(x), this.inPrecision(weight), this.inPrecision(bias ?? undefined));
  }
}
