import { excerpt, expectList, expectOptions, expectWhole, isRecord } from "../checks";
import { BatchError, LoaderError } from "../errors";
import { Random } from "../random/random";

/** Where a sampler stands: everything that is needed to go on with the same rows. */
export interface Position {
  /** Passes over the rows that are done. */
  epoch: number;
  /** Batches of this pass that are done. */
  batch: number;
}

/** Which rows `ShuffledRows` gives, and in which order. */
export interface ShuffleOptions {
  /** B */
  batchSize: number;
  /** Fixes the order of every epoch; 0 when absent. */
  seed?: number;
  /** Whether rows are shuffled, each epoch in its own order; true when absent. */
  shuffle?: boolean;
  /** Whether the last batch of an epoch is left out if it has fewer rows; false when absent. */
  dropLast?: boolean;
}

/**
 * Row numbers by batches, epoch after epoch without end, every row once per epoch. The order follows from seed and epoch
 * alone, so that a saved `position` is two numbers, and going on from it gives what would have come.
 */
export class ShuffledRows implements Iterable<Uint32Array<ArrayBuffer>> {
  /** Batches of one epoch. */
  readonly batchesPerEpoch: number;
  readonly #count: number;
  readonly #options: Required<ShuffleOptions>;
  #epoch = 0;
  #batch = 0;
  #order: { epoch: number; rows: Uint32Array<ArrayBuffer> } | undefined;

  /**
   * @param count the number of rows
   * @throws BatchError if there is no row, or an option is out of range
   */
  constructor(count: number, options: ShuffleOptions) {
    expectOptions(BatchError, "ShuffledRows", options, ["batchSize", "seed", "shuffle", "dropLast"]);
    const { batchSize, seed = 0, shuffle = true, dropLast = false } = options;
    expectWhole(BatchError, "ShuffledRows", { batchSize });
    expectWhole(BatchError, "ShuffledRows", { count }, { least: dropLast ? batchSize : 1 });
    this.#count = count;
    this.#options = { batchSize, seed, shuffle, dropLast };
    this.batchesPerEpoch = dropLast ? Math.floor(count / batchSize) : Math.ceil(count / batchSize);
    this.#rows(); // refuses a seed that is none
  }

  /** Where it stands: what the next batch is. Save it in a checkpoint, and set it to go on. */
  get position(): Position {
    return { epoch: this.#epoch, batch: this.#batch };
  }

  set position(position: Position) {
    if (!isRecord(position) || !isCount(position.epoch) || !isCount(position.batch, this.batchesPerEpoch - 1)) {
      throw new LoaderError({
        where: "ShuffledRows.position",
        expected: `{ epoch, batch } with batch from 0 to ${this.batchesPerEpoch - 1}`,
        actual: excerpt(position),
        remedy: "Set what position gave, for the same number of rows and the same batchSize.",
      });
    }
    this.#epoch = position.epoch;
    this.#batch = position.batch;
  }

  /** The rows of the next batch, [B] or fewer at the end of an epoch; moves on by one batch. */
  next(): Uint32Array<ArrayBuffer> {
    const start = this.#batch * this.#options.batchSize;
    const rows = this.#rows().slice(start, start + this.#options.batchSize);
    this.#batch++;
    if (this.#batch === this.batchesPerEpoch) {
      this.#batch = 0;
      this.#epoch++;
    }
    return rows;
  }

  /** The batches from the position to the end of its epoch. */
  *[Symbol.iterator](): Generator<Uint32Array<ArrayBuffer>, void, undefined> {
    const epoch = this.#epoch;
    while (this.#epoch === epoch) yield this.next();
  }

  #rows(): Uint32Array<ArrayBuffer> {
    if (this.#order?.epoch !== this.#epoch) {
      const random = new Random(this.#options.seed, this.#epoch);
      const rows = this.#options.shuffle
        ? random.permutation(this.#count)
        : Uint32Array.from({ length: this.#count }, (_, row) => row);
      this.#order = { epoch: this.#epoch, rows };
    }
    return this.#order.rows;
  }
}

function isCount(value: unknown, most = 2 ** 32 - 1): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most;
}

/**
 * Row numbers for classes of unequal size: each row of a batch is of a class drawn at random, all classes alike, and then
 * one of its rows. The batch follows from seed and index alone, so that its position is one number.
 *
 * @param labels [N], the class of each row, by any whole numbers
 * @param options.index which batch this is, from 0
 * @returns [B]; rows of small classes come more than once
 * @throws BatchError if there is no row, or an option is out of range
 */
export function balancedRows(
  labels: ArrayLike<number>,
  options: { batchSize: number; seed?: number; index: number },
): Uint32Array<ArrayBuffer> {
  expectOptions(BatchError, "balancedRows", options, ["batchSize", "seed", "index"]);
  const { batchSize, seed = 0, index } = options;
  expectList(BatchError, "balancedRows", { labels });
  expectWhole(BatchError, "balancedRows", { batchSize });
  expectWhole(BatchError, "balancedRows", { "labels.length": labels.length });
  const rowsOf = new Map<number, number[]>();
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row] ?? Number.NaN;
    const rows = rowsOf.get(label);
    if (rows) rows.push(row);
    else rowsOf.set(label, [row]);
  }
  const classes = [...rowsOf].sort(([one], [other]) => one - other).map(([, rows]) => rows);
  const random = new Random(seed, index);
  return Uint32Array.from({ length: batchSize }, () => {
    const rows = classes[random.below(classes.length)] ?? [];
    return rows[random.below(rows.length)] ?? 0;
  });
}
