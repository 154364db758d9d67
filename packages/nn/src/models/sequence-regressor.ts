import { mseLoss } from "../losses/elementwise";
import { huberLoss, maeLoss } from "../losses/regression";
import { Linear } from "../modules/linear";
import { expectExtent } from "../modules/options";
import { cast } from "../ops/elementwise";
import { expectOneOf } from "../ops/options";
import type { Tensor } from "../tensor/tensor";
import { hostLengths, rowLengths, stepMaskOf } from "./batches";
import { expectBatch } from "./checks";
import { POOLINGS, type Pooling, pooledOver } from "./pooling";
import {
  type ReadOptions,
  rngOf,
  type SequenceBatch,
  SequenceModel,
  type SequenceModelOptions,
} from "./sequence-model";

/** How far an output is from its target: squares, absolute values, or Huber's of both. */
export type Distance = "mse" | "mae" | "huber";

const DISTANCES = { mse: mseLoss, mae: maeLoss, huber: huberLoss } as const;

export type SequenceRegressorOptions = SequenceModelOptions & {
  /** Numbers O of each output. */
  outputSize: number;
  /** An output for each `sequence` (many-to-one, as by default), or one for each `step` (many-to-many). */
  outputPer?: "sequence" | "step";
  /** For an output per sequence: what of the steps it is made of, `last` by default. */
  pooling?: Pooling;
  /** `mse` by default. */
  distance?: Distance;
};

/**
 * Real numbers for a sequence, or for each of its steps:
 *   y = W·pool(h_1 … h_T) + b,   or y_t = W·h_t + b
 * Past a row's length nothing counts.
 */
export class SequenceRegressor extends SequenceModel {
  readonly outputSize: number;
  readonly outputPer: "sequence" | "step";
  readonly pooling: Pooling;
  readonly distance: Distance;
  readonly output: Linear;

  /** @throws ValueError if a size or an option is out of range, or the input is none or two */
  constructor(options: SequenceRegressorOptions) {
    super("SequenceRegressor", ["outputSize", "outputPer", "pooling", "distance"], options);
    const { outputPer = "sequence", pooling = "last", distance = "mse" } = options;
    this.outputSize = expectExtent("SequenceRegressor", { outputSize: options.outputSize });
    this.outputPer = expectOneOf("SequenceRegressor", { outputPer }, ["sequence", "step"]);
    this.pooling = expectOneOf("SequenceRegressor", { pooling }, POOLINGS);
    this.distance = expectOneOf("SequenceRegressor", { distance }, ["mse", "mae", "huber"]);
    this.output = new Linear(this.cell.outputSize, options.outputSize, rngOf(options));
  }

  /**
   * @param x features [B, T, I], or tokens [B, T]
   * @returns [B, O], or [B, T, O] for an output per step
   */
  forward(x: Tensor, options: ReadOptions = {}): Tensor {
    const { lengths } = this.told("forward", x, options);
    const given = rowLengths("SequenceRegressor", x, lengths);
    const read = this.read(x, { lengths: given });
    const features = this.outputPer === "step" ? read.output : pooledOver(this.pooling, this.cell, read, given);
    return this.output.forward(this.outputDropout.forward(features));
  }

  /**
   * The mean distance of a batch.
   * @param batch y: [B, O], or [B, T, O] for an output per step, any numbers past the length
   */
  loss(batch: SequenceBatch): Tensor {
    const { x, y, lengths } = expectBatch("SequenceRegressor.loss", batch);
    const made = this.forward(x, { lengths });
    const mask = this.outputPer === "step" ? stepMaskOf("SequenceRegressor.loss", x, lengths) : undefined;
    return DISTANCES[this.distance](made, y, { mask });
  }

  /** The outputs of each row: O numbers, or O for each of its steps, step by step. Dropout is off. */
  async predict(x: Tensor, options: ReadOptions = {}): Promise<Float32Array[]> {
    const outputs = this.asEvaluated(() => cast(this.forward(x, options), "f32"));
    const [B = 0, T = 0] = x.shape;
    const [values, steps] = await Promise.all([outputs.data(), hostLengths(B, T, options.lengths)]);
    const O = this.outputSize;
    const stride = this.outputPer === "step" ? T * O : O;
    return steps.map((length, row) => {
      const own = this.outputPer === "step" ? length * O : O;
      return Float32Array.from(values.subarray(row * stride, row * stride + own));
    });
  }
}
