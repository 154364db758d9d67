import { describe, expect, test } from "vitest";
import { BatchError, EncodingError, LoaderError } from "../errors";
import { balancedRows, ShuffledRows } from "./epochs";
import { StreamBatches } from "./streams";
import { sequenceWindows } from "./windows";

describe("sequenceWindows", () => {
  const series = Float32Array.of(0, 1, 2, 3, 4, 5, 6);

  test("cuts windows at a stride, leaving out what does not fit", () => {
    const windows = sequenceWindows(series, { length: 3, stride: 2 });
    expect(windows.shape).toEqual([3, 3]);
    expect([...windows.data]).toEqual([0, 1, 2, 2, 3, 4, 4, 5, 6]);
    expect([...windows.starts]).toEqual([0, 2, 4]);
    expect(windows.targets).toBeUndefined();
  });

  test("gives each window itself one step on, or the steps behind it", () => {
    const ids = Int32Array.of(5, 6, 7, 8);
    expect(sequenceWindows(ids, { length: 2, target: "shifted" })).toEqual({
      data: Int32Array.of(5, 6, 6, 7),
      shape: [2, 2],
      starts: Uint32Array.of(0, 1),
      targets: { data: Int32Array.of(6, 7, 7, 8), shape: [2, 2] },
    });
    const forecast = sequenceWindows(series, { length: 4, target: 2 });
    expect(forecast.shape).toEqual([2, 4]);
    expect(forecast.targets).toEqual({ data: Float32Array.of(4, 5, 5, 6), shape: [2, 2] });
  });

  test("keeps the features of a step together", () => {
    const pairs = Float64Array.of(0, 10, 1, 11, 2, 12);
    const windows = sequenceWindows(pairs, { length: 1, features: 2, target: 1 });
    expect(windows).toMatchObject({ shape: [2, 1, 2], data: Float64Array.of(0, 10, 1, 11) });
    expect(windows.targets).toEqual({ data: Float64Array.of(1, 11, 2, 12), shape: [2, 1, 2] });
  });

  test("refuses a series that is too short, or no whole number of steps", () => {
    expect(() => sequenceWindows(series, { length: 7, target: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[EncodingError: sequenceWindows: expected at least 8 steps of 1 values each but got 7 values. Shorten the window, pass a longer series, or correct features.]`,
    );
    expect(() => sequenceWindows(series, { length: 2, features: 2 })).toThrow(EncodingError);
    expect(() => sequenceWindows(series, { length: 2, stride: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[EncodingError: sequenceWindows: expected stride to be a whole number of at least 1 but got 0. Pass stride as such a number.]`,
    );
  });
});

describe("StreamBatches", () => {
  test("refuses a text that was not encoded, and what is no id", () => {
    const call = (values: unknown) => Reflect.construct(StreamBatches, [values, { batchSize: 1, steps: 1 }]);
    expect(() => call("text")).toThrowErrorMatchingInlineSnapshot(
      `[BatchError: StreamBatches: expected ids to be 32-bit integers but got "t" at position 0. Pass vocabulary.encode(text) rather than the text.]`,
    );
    expect(() => call(Float32Array.of(0, 1.5, 2))).toThrowErrorMatchingInlineSnapshot(
      `[BatchError: StreamBatches: expected ids to be 32-bit integers but got 1.5 at position 1. Pass vocabulary.encode(text) rather than the text.]`,
    );
    expect(() => call([0, 2 ** 31])).toThrow(BatchError);
    expect(call([-1, 2, 3]).length).toBe(2);
  });

  const ids = Int32Array.from({ length: 23 }, (_, at) => at);

  test("reads each row on where it stopped, every step once, with the next id as target", () => {
    const streams = new StreamBatches(ids, { batchSize: 3, steps: 3, dropLast: false });
    expect(streams).toMatchObject({ length: 3, streamLength: 7 });
    const rows: number[][] = [[], [], []];
    for (const { inputs, targets, shape, index } of streams) {
      expect(shape).toEqual([3, index === 2 ? 1 : 3]);
      expect([...targets]).toEqual([...inputs].map((id) => id + 1));
      for (const [row, read] of rows.entries()) read.push(...inputs.subarray(row * shape[1], (row + 1) * shape[1]));
    }
    expect(rows).toEqual([0, 7, 14].map((start) => Array.from({ length: 7 }, (_, step) => start + step)));
  });

  test("drops the last chunk of fewer steps", () => {
    expect(new StreamBatches(ids, { batchSize: 3, steps: 3 }).length).toBe(2);
    expect(new StreamBatches(ids, { batchSize: 2, steps: 11 }).length).toBe(1); // the last id is a target
  });

  test("refuses too few ids, and a chunk that there is not", () => {
    expect(() => new StreamBatches(ids, { batchSize: 3, steps: 8 })).toThrowErrorMatchingInlineSnapshot(
      `[BatchError: StreamBatches: expected at least 25 ids for 3 streams but got 23. Pass more text, or take a smaller batchSize or fewer steps.]`,
    );
    const streams = new StreamBatches(ids, { batchSize: 3, steps: 3 });
    expect(() => streams.at(2)).toThrowErrorMatchingInlineSnapshot(
      `[BatchError: StreamBatches.at: expected index to be a whole number from 0 to 1 but got 2. Pass index as such a number.]`,
    );
  });
});

describe("ShuffledRows", () => {
  const make = (options = {}) => new ShuffledRows(10, { batchSize: 4, seed: 3, ...options });

  test("gives every row once per epoch, each epoch in its own order", () => {
    const sampler = make();
    const epochs = [0, 1].map(() => [...sampler].map((rows) => [...rows]));
    for (const epoch of epochs) {
      expect(epoch.map(({ length }) => length)).toEqual([4, 4, 2]);
      expect(epoch.flat().sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
    expect(epochs[0]).not.toEqual(epochs[1]);
    expect(sampler.position).toEqual({ epoch: 2, batch: 0 });
  });

  test.each([0, 1, 2, 3, 4, 7])("goes on from a position after %i batches with what would have come", (done) => {
    const whole = make();
    for (let batch = 0; batch < done; batch++) whole.next();
    const resumed = make();
    resumed.position = JSON.parse(JSON.stringify(whole.position));
    for (let batch = 0; batch < 5; batch++) expect(resumed.next()).toEqual(whole.next());
  });

  test("keeps the order without shuffle, and drops a last batch", () => {
    const sampler = make({ shuffle: false, dropLast: true });
    expect([...sampler].map((rows) => [...rows])).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ]);
  });

  test("refuses no rows, and a position of other batches", () => {
    expect(() => new ShuffledRows(0, { batchSize: 1 })).toThrow(BatchError);
    expect(() => new ShuffledRows(3, { batchSize: 4, dropLast: true })).toThrowErrorMatchingInlineSnapshot(
      `[BatchError: ShuffledRows: expected count to be a whole number of at least 4 but got 3. Pass count as such a number.]`,
    );
    const set = () => {
      make().position = { epoch: 0, batch: 3 };
    };
    expect(set).toThrowErrorMatchingInlineSnapshot(
      `[LoaderError: ShuffledRows.position: expected { epoch, batch } with batch from 0 to 2 but got {"epoch":0,"batch":3}. Set what position gave, for the same number of rows and the same batchSize.]`,
    );
    expect(set).toThrow(LoaderError);
  });
});

describe("balancedRows", () => {
  const labels = Int32Array.from({ length: 1000 }, (_, row) => Number(row % 100 === 0)); // 1 in 100

  test("draws every class as often, from all of its rows", () => {
    const rows = balancedRows(labels, { batchSize: 4000, seed: 1, index: 0 });
    const rare = [...rows].filter((row) => labels[row] === 1);
    expect(Math.abs(rare.length - 2000)).toBeLessThan(4 * Math.sqrt(1000)); // 4 deviations of a coin thrown 4000 times
    expect(new Set(rare).size).toBe(10);
  });

  test("gives the same batch for the same seed and index, another for another", () => {
    const draw = (seed: number, index: number) => balancedRows(labels, { batchSize: 8, seed, index });
    expect(draw(1, 5)).toEqual(draw(1, 5));
    expect(draw(1, 5)).not.toEqual(draw(1, 6));
    expect(draw(1, 5)).not.toEqual(draw(2, 5));
    expect(() => balancedRows([], { batchSize: 1, index: 0 })).toThrow(BatchError);
  });
});
