import { crossEntropy, type Module, type Tensor, tensor } from "@unroll/nn";
import { BucketedPart } from "./bucketed-part";
import type { Learner } from "./learner";
import { classScores, predictClasses } from "./predict-classes";

/** A batch of sequences and the class of each. */
export interface ClassBatch<X> {
  x: X;
  /** [B], the position of each among the items of the part. */
  rows: Uint32Array<ArrayBuffer>;
  /** [B], in steps. */
  lengths: Uint32Array<ArrayBuffer>;
  /** [B] */
  y: Int32Array<ArrayBuffer>;
}

/** What tells one classifier of sequences from another. */
export interface ClassifierDefinition<Item, X> {
  model: Module;
  /** Logits [B, V]. */
  forward(x: X, lengths: Uint32Array<ArrayBuffer>): Tensor;
  lengthOf(item: Item): number;
  classOf(item: Item): number;
  /** The inputs of a batch, padded to `length` steps. */
  encode(items: readonly Item[], length: number): X;
  batch: number;
  /** Lengths are rounded up to a multiple of this. */
  multiple: number;
  labelSmoothing: number;
}

/** Learns a class for each sequence, and is scored by its accuracy. */
export function classifier<Item, X>(definition: ClassifierDefinition<Item, X>): Learner<Item, ClassBatch<X>> {
  const { model, forward, lengthOf, classOf, encode, batch, multiple, labelSmoothing } = definition;
  return {
    model,
    monitor: { metric: "accuracy", better: "higher" },
    part: (items) =>
      new BucketedPart<ClassBatch<X>>({
        lengths: items.map(lengthOf),
        size: batch,
        multiple,
        batchOf: (rows, length) => {
          const chosen = Array.from(rows, (row) => items[row] as Item); // rows are positions of items
          return {
            x: encode(chosen, length),
            rows,
            lengths: Uint32Array.from(chosen, lengthOf),
            y: Int32Array.from(chosen, classOf),
          };
        },
      }),
    loss: ({ x, lengths, y }) => crossEntropy(forward(x, lengths), tensor(y), { labelSmoothing }),
    score: (part) =>
      classScores(part.batches(), ({ x, lengths, y }) => predictClasses(forward(x, lengths), tensor(y), y)),
  };
}
