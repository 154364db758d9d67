import { ShapeError, ValueError } from "@unroll/kernels";
import { elementwise } from "../graph/run";
import { add, mul, sub } from "../ops/arithmetic";
import { batchNorm, channelsOf } from "../ops/batch-norm";
import { cast, reciprocal, sqrt } from "../ops/elementwise";
import { maskSteps } from "../ops/mask-steps";
import { expectEpsilon } from "../ops/options";
import { reshape } from "../ops/reshape";
import { BufferUpdate } from "../tensor/buffer-update";
import { FLOATS } from "../tensor/dtype";
import { expectKnown } from "../tensor/known-options";
import { ModuleBuffer } from "../tensor/module-buffer";
import { type Parameter, parameter } from "../tensor/parameter";
import { expectDType, expectShape, formatShape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { constant, type Initial } from "./init";
import { lengthsTensor } from "./lengths";
import { Module } from "./module";
import { expectExtent } from "./options";

export interface BatchNormModuleOptions {
  /** 1e-5 by default. */
  epsilon?: number;
  /** Share of a batch in the running statistics; null for the mean of all batches. (PyTorch's meaning, not Keras's.) */
  momentum?: number | null;
  /** Whether there are γ and β; true by default. */
  affine?: boolean;
}

/** What batch normalisations have in common: γ, β, and the running statistics that evaluation uses. */
abstract class BatchNorm extends Module {
  readonly channels: number; // C
  readonly epsilon: number;
  readonly momentum: number | null;
  readonly weight: Parameter | null; // γ [C], ones at first
  readonly bias: Parameter | null; //   β [C], zeros at first
  readonly runningMean: ModuleBuffer; // [C], zeros at first
  readonly runningVar: ModuleBuffer; //  [C], ones at first
  readonly numBatchesTracked: ModuleBuffer; // []

  constructor(where: string, channels: number, options: BatchNormModuleOptions) {
    super();
    expectKnown(where, options, ["epsilon", "momentum", "affine"]);
    const { epsilon = 1e-5, momentum = 0.1, affine = true } = options;
    this.channels = expectExtent(where, { channels });
    this.epsilon = expectEpsilon(where, { epsilon });
    if (momentum !== null && !(momentum >= 0 && momentum <= 1)) {
      throw new ValueError({ where, what: "momentum", expected: "from 0 to 1, or null", received: String(momentum) });
    }
    this.momentum = momentum;
    this.weight = affine ? parameter(constant([channels], 1)) : null;
    this.bias = affine ? parameter(constant([channels], 0)) : null;
    this.runningMean = buffer(constant([channels], 0));
    this.runningVar = buffer(constant([channels], 1));
    this.numBatchesTracked = buffer(constant([], 0));
  }

  protected normalise(where: string, x: Tensor, channels: "first" | "last", lengths?: Tensor): Tensor {
    return this.training ? this.#ofBatch(where, x, channels, lengths) : this.#ofAll(where, x, channels, lengths);
  }

  /** By the batch's own statistics, which join the running ones whenever the result is computed. */
  #ofBatch(where: string, x: Tensor, channels: "first" | "last", lengths: Tensor | undefined): Tensor {
    const { epsilon, momentum } = this;
    const given = { weight: this.weight ?? undefined, bias: this.bias ?? undefined, epsilon, channels };
    const { y, mean, variance, count } = batchNorm(x, { ...given, ...(lengths ? { lengths } : {}) });
    if (typeof count === "number" && count < 2) {
      throw new ShapeError({
        where,
        what: "x, while training,",
        expected: "of more than one element of each channel",
        received: formatShape(x.shape),
        remedy: "Use larger batches, or call eval() to normalise by the running statistics.",
      });
    }
    const targets = [this.runningMean, this.runningVar, this.numBatchesTracked];
    mean.update = new BufferUpdate(targets, ([ofMean, ofVariance, batches]) => {
      const [runningMean, runningVar, before] = [ofMean as Tensor, ofVariance as Tensor, batches as Tensor];
      const tracked = elementwise("add", [before, 1]);
      const share = momentum ?? elementwise("reciprocal", [tracked]);
      // a batch of padding alone says nothing
      const own = typeof count === "number" ? share : elementwise("mul", [elementwise("min", [count, 1]), share]);
      // the variance of a sample is Σ (x − μ)²/(n − 1)
      const others = elementwise("max", [elementwise("sub", [count, 1]), 1]);
      const unbiased = elementwise("mul", [variance, elementwise("div", [count, others])]);
      return [towards(runningMean, mean, own), towards(runningVar, unbiased, own), tracked];
    });
    return y;
  }

  /** By the running statistics: an affine map of each channel. */
  #ofAll(where: string, x: Tensor, channels: "first" | "last", lengths: Tensor | undefined): Tensor {
    const { wide } = channelsOf(where, x, channels);
    const beside = (of: Tensor): Tensor => reshape(of, wide);
    const own = lengths ? maskSteps(x, lengths) : x; // what is padding has no part in the gradients either
    let y = mul(sub(own, beside(this.runningMean)), beside(reciprocal(sqrt(add(this.runningVar, this.epsilon)))));
    if (this.weight) y = mul(y, beside(this.weight));
    if (this.bias) y = add(y, beside(this.bias));
    const rounded = y.dtype === x.dtype ? y : cast(y, x.dtype);
    return lengths ? maskSteps(rounded, lengths) : rounded;
  }
}

const buffer = ({ data, shape }: Initial): ModuleBuffer => new ModuleBuffer(data, shape);

/** before + share·(now − before) */
const towards = (before: Tensor, now: Tensor, share: Tensor | number): Tensor =>
  elementwise("add", [before, elementwise("mul", [elementwise("sub", [now, before]), share])]);

/**
 * Batch normalisation of features (Ioffe & Szegedy 2015): y = (x − μ)/√(σ² + ε)·γ + β for each channel, with mean and
 * variance of the batch while training, and the running ones after `eval()`. Running statistics change as part of the
 * submission that computes the output. Names and rules are PyTorch's, which however reads sequences as [B, C, T].
 */
export class BatchNorm1d extends BatchNorm {
  /** @throws ValueError if `channels` is not a positive whole number, or `epsilon` or `momentum` are out of range */
  constructor(channels: number, options: BatchNormModuleOptions = {}) {
    super("BatchNorm1d", channels, options);
  }

  /**
   * @param x [B, T, C] or [B, C]
   * @param options.lengths true lengths in steps, one for each row: what lies past them does not count and gives zeros
   * @throws ShapeError if the last axis is not C, or a channel has but one element while training
   */
  forward(x: Tensor, options: { lengths?: ArrayLike<number> | Tensor | undefined } = {}): Tensor {
    const where = "BatchNorm1d.forward";
    const { lengths } = expectKnown(where, options, ["lengths"]);
    expectDType(where, { x }, ...FLOATS);
    expectShape(where, { x }, x.rank === 2 ? ["B", this.channels] : ["B", "T", this.channels]);
    const [B, T] = x.shape as [number, number];
    if (lengths !== undefined) expectShape(where, { x }, ["B", "T", this.channels], "Only sequences have lengths.");
    return this.normalise(where, this.inPrecision(x), "last", lengthsTensor(where, lengths, { B, T }, true));
  }
}

/** Batch normalisation of images, channel by channel over all pixels: see `BatchNorm1d`. */
export class BatchNorm2d extends BatchNorm {
  /** @throws ValueError if `channels` is not a positive whole number, or `epsilon` or `momentum` are out of range */
  constructor(channels: number, options: BatchNormModuleOptions = {}) {
    super("BatchNorm2d", channels, options);
  }

  /**
   * @param x [N, C, H, W]
   * @throws ShapeError if the second axis is not C, or a channel has but one element while training
   */
  forward(x: Tensor): Tensor {
    expectDType("BatchNorm2d.forward", { x }, ...FLOATS);
    expectShape("BatchNorm2d.forward", { x }, ["N", this.channels, "H", "W"]);
    return this.normalise("BatchNorm2d.forward", this.inPrecision(x), "first");
  }
}
