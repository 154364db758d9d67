import { describe, expect, test } from "vitest";
import { BatchError } from "../errors";
import { Random } from "../random/random";
import { type BucketOptions, bucketBatches, type RowBatch } from "./batches";

const randomLengths = (count: number, longest: number, seed: number) => {
  const random = new Random(seed);
  return Uint32Array.from({ length: count }, () => 1 + random.below(longest));
};
const rowsOf = (batches: RowBatch[]) => batches.flatMap(({ rows }) => [...rows]);
const plain = (batches: RowBatch[]) => batches.map(({ rows, length }) => ({ rows: [...rows], length }));
const shapes = (batches: RowBatch[]) => batches.map(({ rows, length }) => `${rows.length}×${length}`).sort();

const cases: (BucketOptions & { count: number; longest: number })[] = [];
for (const count of [1, 7, 64, 500]) {
  for (const batchSize of [1, 8, 33]) {
    for (const multiple of [1, 4, 100]) cases.push({ count, batchSize, multiple, longest: 30, seed: count });
  }
}

describe("bucketBatches", () => {
  test.each(cases)(
    "uses every row once per epoch, no row too long, none padded by a multiple: %o",
    ({ count, longest, ...options }) => {
      const lengths = randomLengths(count, longest, 5);
      for (const epoch of [0, 1, 2]) {
        const batches = bucketBatches(lengths, { ...options, epoch });
        expect(rowsOf(batches).sort((a, b) => a - b)).toEqual([...lengths.keys()]);
        for (const { rows, length } of batches) {
          expect(length % (options.multiple ?? Number.NaN)).toBe(0);
          expect(rows.length).toBeLessThanOrEqual(options.batchSize);
          for (const row of rows) {
            expect(lengths[row]).toBeLessThanOrEqual(length);
            expect(lengths[row]).toBeGreaterThan(length - (options.multiple ?? Number.NaN));
          }
        }
      }
    },
  );

  test("gives the same batches for the same seed and epoch, others for another", () => {
    const lengths = randomLengths(200, 20, 6);
    const make = (seed: number, epoch: number) => plain(bucketBatches(lengths, { batchSize: 16, seed, epoch }));
    expect(make(1, 2)).toEqual(make(1, 2));
    expect(make(1, 2)).not.toEqual(make(1, 3));
    expect(make(1, 2)).not.toEqual(make(2, 2));
  });

  test("has the same shapes in every epoch, at most two per bucket", () => {
    const lengths = randomLengths(500, 20, 7);
    const make = (epoch: number) => shapes(bucketBatches(lengths, { batchSize: 32, multiple: 4, epoch }));
    expect(new Set(make(0)).size).toBeLessThanOrEqual(2 * 5);
    expect(make(1)).toEqual(make(0));
    expect(make(9)).toEqual(make(0));
  });

  test("mixes the rows of a bucket and the order of the buckets", () => {
    const lengths = randomLengths(400, 16, 8);
    const batches = bucketBatches(lengths, { batchSize: 20, multiple: 8 });
    expect(batches.map(({ length }) => length)).not.toEqual(batches.map(({ length }) => length).sort((a, b) => a - b));
    expect(batches.some(({ rows }) => rows.some((row, n) => n > 0 && row < (rows[n - 1] ?? 0)))).toBe(true);
  });

  test("keeps the rows in order without a shuffle, shorter ones first", () => {
    const batches = bucketBatches([9, 3, 4, 2, 12, 1], { batchSize: 3, multiple: 4, shuffle: false });
    expect(plain(batches)).toEqual([
      { rows: [1, 2, 3], length: 4 },
      { rows: [5], length: 4 },
      { rows: [0, 4], length: 12 },
    ]);
  });

  test("drops the incomplete batch of each bucket when told to", () => {
    const options = { batchSize: 3, multiple: 4, shuffle: false, dropLast: true };
    expect(plain(bucketBatches([9, 3, 4, 2, 12, 1], options))).toEqual([{ rows: [1, 2, 3], length: 4 }]);
  });

  test("asks for lengths where it is given rows", () => {
    const call = (rows: unknown) => Reflect.apply(bucketBatches, undefined, [rows, { batchSize: 2 }]);
    expect(() => call([[1, 2], [3]])).toThrowErrorMatchingInlineSnapshot(
      `[BatchError: bucketBatches: expected lengths to be whole numbers of at least 1 but got [1,2] in row 0. Pass lengths: rows.map((row) => row.length).]`,
    );
    expect(() => call(["one"])).toThrow(/but got "one" in row 0. Pass lengths: /);
  });

  test("refuses no rows, lengths that are none, a batch size of zero", () => {
    expect(() => bucketBatches([], { batchSize: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[BatchError: bucketBatches: expected at least one row but got none. Check that the split or the filter before it leaves something.]`,
    );
    expect(() => bucketBatches([3, 0], { batchSize: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[BatchError: bucketBatches: expected lengths to be whole numbers of at least 1 but got 0 in row 1. Leave out sequences without a step.]`,
    );
    expect(() => bucketBatches([3], { batchSize: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[BatchError: bucketBatches: expected batchSize to be a whole number of at least 1 but got 0. Pass batchSize as such a number.]`,
    );
    expect(() => bucketBatches([3], { batchSize: 1, multiple: 1.5 })).toThrow(BatchError);
    expect(() => bucketBatches([Number.NaN], { batchSize: 1 })).toThrow(BatchError);
  });
});
