import { type ClassLossOptions, crossEntropy } from "../losses/cross-entropy";
import { Linear } from "../modules/linear";
import { expectExtent } from "../modules/options";
import { equal } from "../ops/arithmetic";
import { cast } from "../ops/elementwise";
import { expectOneOf } from "../ops/options";
import { argmax, sum } from "../ops/reduce";
import { softmax } from "../ops/softmax";
import type { Tensor } from "../tensor/tensor";
import { each, type OneOrMany, rowLengths } from "./batches";
import { expectBatch } from "./checks";
import { POOLINGS, type Pooling, pooledOver } from "./pooling";
import {
  type ReadOptions,
  rngOf,
  type SequenceBatch,
  SequenceModel,
  type SequenceModelOptions,
} from "./sequence-model";

export type SequenceClassifierOptions = SequenceModelOptions & {
  /** Classes C. */
  classes: number;
  /** `last` by default. */
  pooling?: Pooling;
};

/**
 * A class for a whole sequence (many-to-one): recurrent layers read it, and what is pooled over its true steps is scored.
 *   p(class | x) = softmax(W·pool(h_1 … h_T) + b)
 * Whatever stands past a row's length changes nothing.
 */
export class SequenceClassifier extends SequenceModel {
  readonly classes: number;
  readonly pooling: Pooling;
  readonly output: Linear;

  /** @throws ValueError if a size or an option is out of range, or the input is none or two */
  constructor(options: SequenceClassifierOptions) {
    super("SequenceClassifier", ["classes", "pooling"], options);
    this.classes = expectExtent("SequenceClassifier", { classes: options.classes });
    this.pooling = expectOneOf("SequenceClassifier", { pooling: options.pooling ?? "last" }, POOLINGS);
    this.output = new Linear(this.cell.outputSize, options.classes, rngOf(options));
  }

  /**
   * @param x features [B, T, I], or tokens [B, T]
   * @returns logits [B, C]
   * @throws ShapeError, ValueError as the recurrent layers do
   */
  forward(x: Tensor, options: ReadOptions = {}): Tensor {
    const { lengths } = this.told("forward", x, options);
    return this.output.forward(this.outputDropout.forward(this.#pooled(x, lengths)));
  }

  /**
   * Cross-entropy of a batch; `options` are those of `crossEntropy`.
   * @param batch y: classes [B] of u32 or i32
   */
  loss(batch: SequenceBatch, options: ClassLossOptions = {}): Tensor {
    const { x, y, lengths } = expectBatch("SequenceClassifier.loss", batch);
    return crossEntropy(this.forward(x, { lengths }), y, options);
  }

  /** The most probable class of each row; dropout is off. */
  async predict(x: Tensor, options: ReadOptions = {}): Promise<number[]> {
    return [...(await this.asEvaluated(() => argmax(this.forward(x, options))).data())];
  }

  /** Probabilities [B, C] of all classes, row by row; dropout is off. */
  async probabilities(x: Tensor, options: ReadOptions = {}): Promise<Float32Array[]> {
    const { classes: C } = this;
    const p = await this.asEvaluated(() => softmax(cast(this.forward(x, options), "f32"))).data();
    return Array.from({ length: p.length / C }, (_, row) => Float32Array.from(p.subarray(row * C, (row + 1) * C)));
  }

  /** The share of rows whose most probable class is the right one; NaN of none. Dropout is off. */
  async accuracy(batches: OneOrMany<SequenceBatch>): Promise<number> {
    let [hits, rows] = [0, 0];
    for await (const batch of each(batches)) {
      const { x, y, lengths } = expectBatch("SequenceClassifier.accuracy", batch);
      const guess = this.asEvaluated(() => argmax(this.forward(x, { lengths })));
      hits += await sum(cast(equal(cast(guess, "i32"), cast(y, "i32")), "f32")).item();
      rows += y.size;
    }
    return hits / rows;
  }

  #pooled(x: Tensor, lengths: ReadOptions["lengths"]): Tensor {
    const given = rowLengths("SequenceClassifier", x, lengths);
    return pooledOver(this.pooling, this.cell, this.read(x, { lengths: given }), given);
  }
}
