import { bucketBatches } from "@unroll/data";
import type { Order, Part } from "./learner";

/** How `BucketedPart` makes its batches. */
export interface Encoding<Batch> {
  /** The length of every item in steps. */
  lengths: readonly number[];
  /** B */
  size: number;
  /** Lengths are rounded up to a multiple of this, so that few shapes, and so few plans, occur. */
  multiple: number;
  /** The batch of some rows, padded to `length` steps. */
  batchOf(rows: Uint32Array<ArrayBuffer>, length: number): Batch;
}

/** Items of similar length in one batch. */
export class BucketedPart<Batch extends { readonly lengths: ArrayLike<number> }> implements Part<Batch> {
  readonly steps: number;
  readonly #encoding: Encoding<Batch>;

  constructor(encoding: Encoding<Batch>) {
    this.#encoding = encoding;
    this.steps = this.#rows().length;
  }

  *batches(order?: Order): Generator<Batch> {
    for (const { rows, length } of this.#rows(order)) yield this.#encoding.batchOf(rows, length);
  }

  rowsOf({ lengths }: Batch): number {
    return lengths.length;
  }

  #rows(order?: Order) {
    const { lengths, size, multiple } = this.#encoding;
    return bucketBatches(lengths, { batchSize: size, multiple, ...(order ?? { shuffle: false }) });
  }
}
