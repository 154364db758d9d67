import { bucketBatches, CharVocabulary, oneHot, padSequences } from "@unroll/data";
import { ALPHABET, type NameItem } from "./dataset";

/** Names as the model reads them. */
export interface NameBatch {
  /** Which of the names these are. */
  rows: Uint32Array;
  /** One-hot letters [B, T, 57], zeros behind a name's end. */
  x: { data: Float32Array<ArrayBuffer>; shape: number[] };
  /** [B], in letters. */
  lengths: Uint32Array<ArrayBuffer>;
  /** [B], the position of each name's language. */
  y: Int32Array<ArrayBuffer>;
}

export interface BatchOptions {
  /** B */
  size: number;
  /** From 1 on: each has its own order. Not given: shorter names first, for scoring. */
  epoch?: number;
  seed?: number;
}

const letters = new CharVocabulary(ALPHABET);

/** Lengths are rounded up to a multiple of this, so that few shapes, and so few plans, occur. */
const LENGTH_MULTIPLE = 4;

/** Encodes names once and gives batches of them, as often as they are asked for. */
export class NameBatches {
  readonly #ids: readonly ArrayLike<number>[];
  readonly #lengths: readonly number[];
  readonly #items: readonly NameItem[];

  /** @throws VocabularyError if a name has a letter outside the alphabet */
  constructor(items: readonly NameItem[]) {
    this.#items = items;
    this.#ids = items.map(({ name }) => letters.encode(name));
    this.#lengths = items.map(({ name }) => name.length);
  }

  /** How many batches of this size there are; every epoch has as many. */
  count(size: number): number {
    return bucketBatches(this.#lengths, { batchSize: size, multiple: LENGTH_MULTIPLE, shuffle: false }).length;
  }

  *of({ size, epoch, seed = 0 }: BatchOptions): Generator<NameBatch> {
    const shuffling = epoch === undefined ? { shuffle: false } : { seed, epoch };
    for (const { rows, length } of bucketBatches(this.#lengths, {
      batchSize: size,
      multiple: LENGTH_MULTIPLE,
      ...shuffling,
    })) {
      const ids = Array.from(rows, (row) => this.#ids[row] ?? []);
      const padded = padSequences(ids, { length, value: -1 });
      yield {
        rows,
        x: oneHot(padded, letters.size, { empty: -1 }),
        lengths: padded.lengths,
        y: Int32Array.from(rows, (row) => this.#items[row]?.language ?? -1),
      };
    }
  }
}
