import { excerpt, expectList, expectOptions, expectWhole } from "../checks";
import { BatchError } from "../errors";

/** A chunk of B streams: what a model reads and what it should say at each step. */
export interface StreamBatch {
  /** [B, T] */
  inputs: Int32Array<ArrayBuffer>;
  /** [B, T], the inputs one step further on. */
  targets: Int32Array<ArrayBuffer>;
  /** [B, T] */
  shape: [rows: number, steps: number];
  /** Which chunk this is, from 0; at 0 the state of the model starts anew. */
  index: number;
}

/** How a long sequence is read by a stateful model. */
export interface StreamOptions {
  /** B, the streams read side by side. */
  batchSize: number;
  /** T, the steps of one chunk: how far truncated back-propagation through time looks back. */
  steps: number;
  /** Whether a last chunk of fewer steps is left out; true when absent, so that all chunks have one shape. */
  dropLast?: boolean;
}

/**
 * Batches for language models with truncated back-propagation through time. The ids are cut into B contiguous streams, one
 * for each row, and the streams into chunks of T steps: row b of chunk k + 1 goes on where row b of chunk k stopped, so
 * that the state carries over. The last ids that do not fill all B streams are left out.
 */
export class StreamBatches implements Iterable<StreamBatch> {
  /** The number of chunks. */
  readonly length: number;
  /** L, the steps of one stream. */
  readonly streamLength: number;
  readonly #ids: ArrayLike<number>;
  readonly #batchSize: number;
  readonly #steps: number;

  /** @throws BatchError if an option is out of range, an id is no 32-bit integer, or there are too few for one chunk */
  constructor(ids: ArrayLike<number>, options: StreamOptions) {
    expectOptions(BatchError, "StreamBatches", options, ["batchSize", "steps", "dropLast"]);
    const { batchSize, steps, dropLast = true } = options;
    expectWhole(BatchError, "StreamBatches", { batchSize, steps });
    if (typeof ids !== "string") expectList(BatchError, "StreamBatches", { ids });
    for (let at = 0; at < ids.length; at++) {
      const id = ids[at] as number;
      if (id === (id | 0)) continue;
      throw new BatchError({
        where: "StreamBatches",
        expected: "ids to be 32-bit integers",
        actual: `${excerpt(id)} at position ${at}`,
        remedy: "Pass vocabulary.encode(text) rather than the text.",
      });
    }
    this.#ids = ids;
    this.#batchSize = batchSize;
    this.#steps = steps;
    this.streamLength = Math.floor((ids.length - 1) / batchSize); // the last id is a target alone
    this.length = dropLast ? Math.floor(this.streamLength / steps) : Math.ceil(this.streamLength / steps);
    if (this.length >= 1) return;
    throw new BatchError({
      where: "StreamBatches",
      expected: `at least ${batchSize * (dropLast ? steps : 1) + 1} ids for ${batchSize} streams`,
      actual: String(ids.length),
      remedy: "Pass more text, or take a smaller batchSize or fewer steps.",
    });
  }

  /** @throws BatchError if there is no such chunk */
  at(index: number): StreamBatch {
    expectWhole(BatchError, "StreamBatches.at", { index }, { least: 0, most: this.length - 1 });
    const start = index * this.#steps;
    const steps = Math.min(this.#steps, this.streamLength - start);
    const inputs = new Int32Array(this.#batchSize * steps);
    const targets = new Int32Array(inputs.length);
    for (let row = 0; row < this.#batchSize; row++) {
      const first = row * this.streamLength + start;
      for (let step = 0; step < steps; step++) {
        inputs[row * steps + step] = this.#ids[first + step] ?? 0;
        targets[row * steps + step] = this.#ids[first + step + 1] ?? 0;
      }
    }
    return { inputs, targets, shape: [this.#batchSize, steps], index };
  }

  *[Symbol.iterator](): Generator<StreamBatch, void, undefined> {
    for (let index = 0; index < this.length; index++) yield this.at(index);
  }
}
