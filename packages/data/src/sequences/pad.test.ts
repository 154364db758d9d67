import { describe, expect, test } from "vitest";
import { EncodingError } from "../errors";
import { logMel } from "../sound/features";
import { type OneSeries, type PadOptions, padSequences, padSeries } from "./pad";

describe("padSequences", () => {
  test("pads to the longest sequence and keeps the lengths", () => {
    expect(padSequences([[1, 2, 3], Int32Array.of(4)])).toEqual({
      data: Int32Array.of(1, 2, 3, 4, 0, 0),
      shape: [2, 3],
      lengths: Uint32Array.of(3, 1),
    });
  });

  test.each([
    { options: { multiple: 4 }, steps: 4 },
    { options: { multiple: 3 }, steps: 3 },
    { options: { length: 5 }, steps: 5 },
    { options: { length: 5, multiple: 4 }, steps: 8 },
  ])("pads to $steps steps with $options", ({ options, steps }) => {
    const { data, shape, lengths } = padSequences([[7, 8, 9], [7]], { ...options, value: -1 });
    expect(shape).toEqual([2, steps]);
    expect([...lengths]).toEqual([3, 1]);
    expect([...data.subarray(3, steps)]).toEqual(Array(steps - 3).fill(-1));
    expect([...data.subarray(steps)]).toEqual([7, ...Array(steps - 1).fill(-1)]);
  });

  test("refuses an empty batch, an empty or overlong sequence, what is no id, and options that are no counts", () => {
    expect(() => padSequences([])).toThrowErrorMatchingInlineSnapshot(
      `[EncodingError: padSequences: expected at least one sequence but got an empty batch. Leave out empty batches.]`,
    );
    expect(() => padSequences([[1], []])).toThrowErrorMatchingInlineSnapshot(
      `[EncodingError: padSequences: expected every sequence to have 1 to 1 steps but got 0 in row 1. Leave the sequence out: it gives the model nothing to read.]`,
    );
    expect(() => padSequences([[1, 2, 3]], { length: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[EncodingError: padSequences: expected every sequence to have 1 to 2 steps but got 3 in row 0. Raise length, or cut the sequence where the task allows it.]`,
    );
    expect(() => padSequences([[1], [1, 2.5]])).toThrowErrorMatchingInlineSnapshot(
      `[EncodingError: padSequences: expected ids to be 32-bit integers but got 2.5 at position 1 of row 1. Encode the sequence with a vocabulary first.]`,
    );
    expect(() => padSequences([[1]], { multiple: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[EncodingError: padSequences: expected multiple to be a whole number of at least 1 but got 0. Pass multiple as such a number.]`,
    );
    expect(() => padSequences([[1]], { value: 0.5 })).toThrowErrorMatchingInlineSnapshot(
      `[EncodingError: padSequences: expected value to be a whole number from -2147483648 to 2147483647 but got 0.5. Pass value as such a number.]`,
    );
    for (const id of [Number.NaN, 2 ** 31]) expect(() => padSequences([[id]])).toThrow(EncodingError);
  });
});

describe("padSeries", () => {
  const frames = (steps: number, features: number, from: number) => ({
    data: Float32Array.from({ length: steps * features }, (_, n) => from + n),
    shape: [steps, features],
  });

  test("pads whole steps to the longest series and keeps the lengths", () => {
    expect(padSeries([frames(1, 2, 1), frames(2, 2, 5)], { value: -1 })).toEqual({
      data: Float32Array.of(1, 2, -1, -1, 5, 6, 7, 8),
      shape: [2, 2, 2],
      lengths: Uint32Array.of(1, 2),
    });
    expect(padSeries([frames(3, 2, 0)], { multiple: 4 }).shape).toEqual([1, 4, 2]);
    expect(padSeries([frames(3, 2, 0)], { length: 5 }).shape).toEqual([1, 5, 2]);
  });

  test("a list of steps is as good as the shape of one", () => {
    const steps = [[[1, 2], Float32Array.of(3, 4), [5, 6]], [[7, 8]]];
    expect(padSeries(steps)).toEqual(padSeries([frames(3, 2, 1), frames(1, 2, 7)]));
    expect(padSeries([frames(3, 2, 1), [[7, 8]]])).toEqual(padSeries(steps));
    expect(padSeries([[[1], [2]]])).toEqual(padSeries([[1, 2]]));
  });

  test("what logMel gives goes in as it is", () => {
    const options = { sampleRate: 8, fftSize: 8, hop: 2, bands: 2 };
    const sounds = [16, 9].map((length) => Float32Array.from({ length }, (_, t) => Math.sin(t)));
    const { shape, lengths } = padSeries(sounds.map((samples) => logMel(samples, options)));
    expect([shape, [...lengths]]).toEqual([
      [2, 9, 2],
      [9, 5],
    ]);
  });

  test("numbers alone are of one feature", () => {
    expect(padSeries([[0.5], Float64Array.of(1, 1.5)])).toEqual({
      data: Float32Array.of(0.5, 0, 1, 1.5),
      shape: [2, 2, 1],
      lengths: Uint32Array.of(1, 2),
    });
  });

  test("refuses what does not go together, is no number, or is too long", () => {
    const bad: Record<string, readonly [OneSeries[], PadOptions?]> = {
      "no series": [[]],
      "an empty series": [[[1], []]],
      "a series that is too long": [[frames(3, 2, 0)], { length: 2 }],
      "other features": [[frames(3, 2, 0), frames(3, 4, 0)]],
      "features beside none": [[frames(3, 2, 0), [1, 2]]],
      "steps of other features": [[[[1, 2], [3]]]],
      "a number among steps": [[[[1], 2 as never]]],
      "steps without features": [[[[], []]]],
      "other features than the first's": [[[[1, 2]], [[1], [2]]]],
      "a gap in a step": [[[[1], [Number.NaN]]]],
      "a promise of a series": [[Promise.resolve([1]) as never]],
      "a shape that does not hold": [[{ data: [1, 2, 3], shape: [2, 2] }]],
      "a batch already": [[{ data: [1, 2], shape: [1, 2, 1] }]],
      "a gap": [[[1, Number.NaN]]],
      "padding that is no number": [[[1]], { value: Number.NaN }],
      "an option of another": [[[1]], { features: 2 } as PadOptions],
    };
    const messages = Object.fromEntries(
      Object.entries(bad).map(([name, args]) => {
        try {
          padSeries(...args);
          return [name, "nothing"];
        } catch (error) {
          expect(error).toBeInstanceOf(EncodingError);
          return [name, (error as Error).message];
        }
      }),
    );
    expect(messages).toMatchInlineSnapshot(`
      {
        "a batch already": "padSeries: expected the shape [T, F] of 2 numbers but got [1, 2, 1] in row 0. Pass each series by itself, as steps of features.",
        "a gap": "padSeries: expected finite numbers but got NaN at 1 in row 0. Fill gaps in, or leave the series out.",
        "a gap in a step": "padSeries: expected finite numbers but got NaN at 1 in row 0. Fill gaps in, or leave the series out.",
        "a number among steps": "padSeries: expected as many features in each step as in the first, 1, but got 2 in step 1 of row 0. Pass each series as a list of steps of as many features, or as { data, shape: [steps, features] }.",
        "a promise of a series": "padSeries: expected row 0 to be a list but got a Promise. Await it.",
        "a series that is too long": "padSeries: expected every sequence to have 1 to 2 steps but got 3 in row 0. Raise length, or cut the sequence where the task allows it.",
        "a shape that does not hold": "padSeries: expected the shape [T, F] of 3 numbers but got [2, 2] in row 0. Pass each series by itself, as steps of features.",
        "an empty series": "padSeries: expected every sequence to have 1 to 1 steps but got 0 in row 1. Leave the sequence out: it gives the model nothing to read.",
        "an option of another": "padSeries: expected options to be of length, multiple, value but got features. Correct the name, or leave it out.",
        "features beside none": "padSeries: expected 2 features in each step, as in row 0 but got 1 in row 1. Pass [T, F] with one F: { data, shape: [steps, features] }.",
        "no series": "padSeries: expected at least one sequence but got an empty batch. Leave out empty batches.",
        "other features": "padSeries: expected 2 features in each step, as in row 0 but got 4 in row 1. Pass [T, F] with one F: { data, shape: [steps, features] }.",
        "other features than the first's": "padSeries: expected 2 features in each step, as in row 0 but got 1 in row 1. Pass [T, F] with one F: { data, shape: [steps, features] }.",
        "padding that is no number": "padSeries: expected finite numbers but got NaN at 0 in value. Fill gaps in, or leave the series out.",
        "steps of other features": "padSeries: expected as many features in each step as in the first, 2, but got 1 in step 1 of row 0. Pass each series as a list of steps of as many features, or as { data, shape: [steps, features] }.",
        "steps without features": "padSeries: expected a feature in each step but got 0 in step 0 of row 0. Pass each series as a list of steps of as many features, or as { data, shape: [steps, features] }.",
      }
    `);
  });
});
