import { excerpt, expectList, expectOptions, expectWhole } from "../checks";
import { BatchError } from "../errors";
import { Random } from "../random/random";

/** How `bucketBatches` groups and orders rows. */
export interface BucketOptions {
  /** B, the rows of a batch. */
  batchSize: number;
  /** Lengths are rounded up to a multiple of this many steps; rows of one rounded length share batches. 8 when absent. */
  multiple?: number;
  /** Fixes the order; the same seed and epoch give the same batches. 0 when absent. */
  seed?: number;
  /** Which pass over the rows this is, from 0; each has its own order. 0 when absent. */
  epoch?: number;
  /** Whether rows and batches are put in random order; true when absent. Without, shorter rows come first. */
  shuffle?: boolean;
  /** Leaves out the batch of each bucket that has fewer than `batchSize` rows; false when absent. */
  dropLast?: boolean;
}

/** One batch: which rows it has and how far to pad them. */
export interface RowBatch {
  /** [B], positions in the list of lengths. */
  rows: Uint32Array<ArrayBuffer>;
  /** T, the rounded length of its rows in steps: pass it to `padSequences`. */
  length: number;
}

const KNOWN = ["batchSize", "multiple", "seed", "epoch", "shuffle", "dropLast"];

/**
 * Groups sequences of similar length into batches, so that little is padded and few different shapes occur.
 *
 * A row's bucket is its length rounded up to a multiple; batches never mix buckets. The shapes are the same in every epoch,
 * at most two per bucket (a full batch and the rest), and unless the rest is dropped, each row comes exactly once.
 *
 * @param lengths the length of every sequence in steps
 * @throws BatchError if there is no row, a length is not a positive integer, or an option is out of range
 * @throws RandomError if the seed or the epoch, which is the generator's stream, is no integer it can take
 */
export function bucketBatches(lengths: ArrayLike<number>, options: BucketOptions): RowBatch[] {
  expectOptions(BatchError, "bucketBatches", options, KNOWN);
  expectList(BatchError, "bucketBatches", { lengths });
  const { batchSize, multiple = 8, seed = 0, epoch = 0, shuffle = true, dropLast = false } = options;
  expectWhole(BatchError, "bucketBatches", { batchSize, multiple });
  const random = new Random(seed, epoch);
  const batches: RowBatch[] = [];
  for (const [length, rows] of buckets(lengths, multiple)) {
    if (shuffle) random.shuffle(rows);
    for (let start = 0; start < rows.length; start += batchSize) {
      const batch = rows.slice(start, start + batchSize);
      if (batch.length === batchSize || !dropLast) batches.push({ rows: Uint32Array.from(batch), length });
    }
  }
  if (shuffle) random.shuffle(batches);
  return batches;
}

/** The rows of each rounded length, shortest first: the order must not depend on which row came first. */
function buckets(lengths: ArrayLike<number>, multiple: number): [length: number, rows: number[]][] {
  if (lengths.length === 0) {
    throw new BatchError({
      where: "bucketBatches",
      expected: "at least one row",
      actual: "none",
      remedy: "Check that the split or the filter before it leaves something.",
    });
  }
  const rowsOf = new Map<number, number[]>();
  for (let row = 0; row < lengths.length; row++) {
    const length = lengths[row] ?? Number.NaN;
    if (!Number.isInteger(length) || length < 1) {
      throw new BatchError({
        where: "bucketBatches",
        expected: "lengths to be whole numbers of at least 1",
        actual: `${typeof length === "number" ? length : excerpt(length)} in row ${row}`,
        remedy:
          typeof length === "number"
            ? "Leave out sequences without a step."
            : "Pass lengths: rows.map((row) => row.length).",
      });
    }
    const rounded = Math.ceil(length / multiple) * multiple;
    const rows = rowsOf.get(rounded);
    if (rows) rows.push(row);
    else rowsOf.set(rounded, [row]);
  }
  return [...rowsOf].sort(([one], [other]) => one - other);
}
