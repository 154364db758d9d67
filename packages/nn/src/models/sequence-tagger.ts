import { type ClassLossOptions, crossEntropy } from "../losses/cross-entropy";
import { Linear } from "../modules/linear";
import { expectExtent } from "../modules/options";
import { where as choose, equal, notEqual } from "../ops/arithmetic";
import { concat } from "../ops/concat";
import { cast } from "../ops/elementwise";
import { argmax, sum } from "../ops/reduce";
import { reshape } from "../ops/reshape";
import type { Tensor } from "../tensor/tensor";
import { each, hostLengths, type OneOrMany, stepMaskOf } from "./batches";
import { expectBatch } from "./checks";
import {
  type ReadOptions,
  rngOf,
  type SequenceBatch,
  SequenceModel,
  type SequenceModelOptions,
} from "./sequence-model";

export type SequenceTaggerOptions = SequenceModelOptions & {
  /** Tags C. */
  tags: number;
  /** Targets of this value take no part in loss and accuracy: −100 by default. */
  ignoreIndex?: number;
};

/**
 * A tag for each step (many-to-many of equal length):
 *   p(tag_t | x) = softmax(W·h_t + b)
 * Past a row's length nothing counts, in the loss or in the accuracy. Tags are chosen step by step; for spans, hand what
 * `predict` gives to `spanF1` of `@unroll/data`.
 */
export class SequenceTagger extends SequenceModel {
  readonly tags: number;
  readonly ignoreIndex: number;
  readonly output: Linear;

  /** @throws ValueError if a size or an option is out of range, or the input is none or two */
  constructor(options: SequenceTaggerOptions) {
    super("SequenceTagger", ["tags", "ignoreIndex"], options);
    this.tags = expectExtent("SequenceTagger", { tags: options.tags });
    this.ignoreIndex = options.ignoreIndex ?? -100;
    this.output = new Linear(this.cell.outputSize, options.tags, rngOf(options));
  }

  /**
   * @param x features [B, T, I], or tokens [B, T]
   * @returns logits [B, T, C]
   */
  forward(x: Tensor, options: ReadOptions = {}): Tensor {
    const { lengths } = this.told("forward", x, options);
    return this.output.forward(this.outputDropout.forward(this.read(x, { lengths }).output));
  }

  /**
   * Cross-entropy of the steps within their rows' lengths; `options` are those of `crossEntropy`.
   * @param batch y: tags [B, T] of u32 or i32, any numbers past the length
   */
  loss(batch: SequenceBatch, options: Omit<ClassLossOptions, "mask"> = {}): Tensor {
    const { x, y, lengths } = expectBatch("SequenceTagger.loss", batch);
    const logits = this.forward(x, { lengths });
    const mask = stepMaskOf("SequenceTagger.loss", x, lengths);
    return crossEntropy(logits, y, { ignoreIndex: this.ignoreIndex, ...options, mask });
  }

  /** The most probable tags, for each row as many as it has steps; dropout is off. */
  async predict(x: Tensor, options: ReadOptions = {}): Promise<number[][]> {
    const guess = this.asEvaluated(() => argmax(this.forward(x, options)));
    const [B = 0, T = 0] = x.shape;
    const [tags, steps] = await Promise.all([guess.data(), hostLengths(B, T, options.lengths)]);
    return steps.map((length, row) => [...tags.subarray(row * T, row * T + length)]);
  }

  /** The share of right tags among the steps that count; NaN of none. Dropout is off. */
  async accuracy(batches: OneOrMany<SequenceBatch>): Promise<number> {
    let [hits, steps] = [0, 0];
    for await (const batch of each(batches)) {
      const { x, y, lengths } = expectBatch("SequenceTagger.accuracy", batch);
      const guess = this.asEvaluated(() => argmax(this.forward(x, { lengths })));
      const target = cast(y, "i32");
      const counted = cast(notEqual(target, this.ignoreIndex), "f32");
      const mask = stepMaskOf("SequenceTagger.accuracy", x, lengths);
      const counts = mask ? choose(mask, counted, 0) : counted;
      const right = choose(equal(cast(guess, "i32"), target), counts, 0);
      const [hit = 0, all = 0] = await concat([reshape(sum(right), [1]), reshape(sum(counts), [1])], 0).data();
      hits += hit;
      steps += all;
    }
    return hits / steps;
  }
}
