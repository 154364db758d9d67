import { ShapeError } from "@unroll/kernels";
import { CONVOLUTION_OPTIONS, expectGroups } from "../ops/convolution";
import { type Generator, sharedGenerator } from "../random/generator";
import { constant, glorotUniform, type Initial, uniform } from "./init";
import { expectExtent, expectInit, type Init } from "./options";

/** What convolutions along steps and of images have in common. */
export interface ConvOptions {
  /** `sharedGenerator()` by default. */
  rng?: Generator;
  /** Groups of channels, each seen by its own share of the outputs; 1 by default. */
  groups?: number;
  /** Whether there is a bias; true by default. */
  bias?: boolean;
  /**
   * `torch`: U(−1/√n, 1/√n) for both, n being the inputs of an output; `keras`: Glorot uniform, bias 0. `torch` by default.
   */
  init?: Init;
}

/** Names of the options of both. */
export const CONV_OPTIONS = [...CONVOLUTION_OPTIONS, "bias", "init", "rng"];

/** First weights [O, C/groups, ...kernel] and biases [O]. */
export function initial(
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

/** The groups. @throws ShapeError unless they divide the channels */
export function expectDivisible(where: string, C: number, O: number, groups: number): number {
  expectExtent(where, { groups });
  if (C % groups !== 0) {
    const expected = `divisible by groups = ${groups}`;
    throw new ShapeError({ where, what: "the input channels", expected, received: String(C) });
  }
  return expectGroups(where, { C, own: C / groups, O }, groups);
}
