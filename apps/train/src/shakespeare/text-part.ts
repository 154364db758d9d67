import { Random, type StreamBatch, StreamBatches } from "@unroll/data";
import type { Order, Part } from "../learning/learner";

/** T, the characters of a chunk: as far as gradients reach back. */
export const STEPS = 64;

/**
 * A text in B streams that are read side by side, chunk by chunk. Each epoch begins a few characters further on, so that
 * chunks end elsewhere; as many are left out at the end, so that all epochs have as many chunks.
 */
export class TextPart implements Part<StreamBatch> {
  readonly #ids: Int32Array<ArrayBuffer>;
  readonly #batch: number;

  constructor(ids: Int32Array<ArrayBuffer>, batch: number) {
    this.#ids = ids;
    // A short text is scored in fewer streams, each of a chunk or more.
    this.#batch = Math.max(1, Math.min(batch, Math.floor((ids.length - 1) / STEPS)));
  }

  get steps(): number {
    return this.#chunks({ epoch: 1, seed: 0 }).length;
  }

  batches(order?: Order): Iterable<StreamBatch> {
    return this.#chunks(order);
  }

  rowsOf({ inputs }: StreamBatch): number {
    return inputs.length;
  }

  #chunks(order?: Order): StreamBatches {
    const options = { batchSize: this.#batch, steps: STEPS };
    if (!order) return new StreamBatches(this.#ids, { ...options, dropLast: false });
    const spare = Math.min(STEPS, Math.max(1, this.#ids.length - this.#batch * STEPS));
    const start = new Random(order.seed, order.epoch).below(spare);
    return new StreamBatches(this.#ids.subarray(start, this.#ids.length - spare + 1 + start), options);
  }
}
