import { crossEntropy, type Module, type Tensor, tensor } from "@unroll/nn";
import { BucketedPart } from "./bucketed-part";
import type { Learner } from "./learner";
import { classScores, IGNORED, predictClasses } from "./predict-classes";

/** A batch of sequences and the tag of each step. */
export interface TagBatch<X> {
  x: X;
  /** [B], in steps. */
  lengths: Uint32Array<ArrayBuffer>;
  /** [B, T], `IGNORED` behind the end of a sequence. */
  y: Int32Array<ArrayBuffer>;
  shape: [rows: number, steps: number];
}

/** What tells one tagger from another. */
export interface TaggerDefinition<Item, X> {
  model: Module;
  /** Logits [B, T, V]. */
  forward(x: X, lengths: Uint32Array<ArrayBuffer>): Tensor;
  /** The tag of each step; their number is the length of the item. */
  tagsOf(item: Item): readonly number[];
  /** The inputs of a batch, padded to `length` steps. */
  encode(items: readonly Item[], length: number): X;
  batch: number;
  /** Lengths are rounded up to a multiple of this. */
  multiple: number;
  labelSmoothing: number;
}

/** Learns a tag for each step of a sequence, and is scored by the share of steps that it tags right. */
export function tagger<Item, X>(definition: TaggerDefinition<Item, X>): Learner<Item, TagBatch<X>> {
  const { model, forward, tagsOf, encode, batch, multiple, labelSmoothing } = definition;
  const targetsOf = ({ y, shape }: TagBatch<X>) => tensor(y, { shape });
  return {
    model,
    monitor: { metric: "accuracy", better: "higher" },
    part: (items) =>
      new BucketedPart<TagBatch<X>>({
        lengths: items.map((item) => tagsOf(item).length),
        size: batch,
        multiple,
        batchOf: (rows, length) => {
          const chosen = Array.from(rows, (row) => items[row] as Item); // rows are positions of items
          const y = new Int32Array(rows.length * length).fill(IGNORED);
          for (const [row, item] of chosen.entries()) y.set(tagsOf(item), row * length);
          const lengths = Uint32Array.from(chosen, (item) => tagsOf(item).length);
          return { x: encode(chosen, length), lengths, y, shape: [rows.length, length] };
        },
      }),
    loss: (tagged) =>
      crossEntropy(forward(tagged.x, tagged.lengths), targetsOf(tagged), { labelSmoothing, ignoreIndex: IGNORED }),
    score: (part) =>
      classScores(part.batches(), (tagged) =>
        predictClasses(forward(tagged.x, tagged.lengths), targetsOf(tagged), tagged.y),
      ),
  };
}
