import { describe, expect, test } from "vitest";
import { EncodingError } from "../errors";
import { oneHot, padSequences } from "./encode";

describe("oneHot", () => {
  test("sets one element of each row", () => {
    expect(oneHot([2, 0], 3)).toEqual({ data: Float32Array.of(0, 0, 1, 1, 0, 0), shape: [2, 3] });
  });

  test("adds the axis of classes behind the shape of the ids", () => {
    const { data, shape } = oneHot(Int32Array.of(0, 1, 1, 0), 2, { shape: [2, 1, 2] });
    expect(shape).toEqual([2, 1, 2, 2]);
    expect([...data]).toEqual([1, 0, 0, 1, 0, 1, 1, 0]);
  });

  test("takes padded sequences as they are, with zeros for padding", () => {
    const padded = padSequences([[1], [0, 1]], { value: -1 });
    const { data, shape } = oneHot(padded, 2, { empty: -1 });
    expect(shape).toEqual([2, 2, 2]);
    expect([...data]).toEqual([0, 1, 0, 0, 1, 0, 0, 1]);
  });

  test("refuses ids out of range, a size that is none, a shape that does not fit", () => {
    expect(() => oneHot([0, 3], 3)).toThrowErrorMatchingInlineSnapshot(
      `[EncodingError: oneHot: expected ids to be integers from 0 to 2 but got 3 at position 1. Raise size, correct the id, or name it as { empty } if it stands for padding.]`,
    );
    expect(() => oneHot([0], 0)).toThrowErrorMatchingInlineSnapshot(
      `[EncodingError: oneHot: expected size to be a whole number of at least 1 but got 0. Pass size as such a number.]`,
    );
    expect(() => oneHot([0, 1], 3, { shape: [3] })).toThrowErrorMatchingInlineSnapshot(
      `[EncodingError: oneHot: expected 2 ids to fill the shape but got [3], which holds 3. Pass the shape of the ids, without the axis of classes.]`,
    );
    for (const id of [-1, 0.5, Number.NaN]) expect(() => oneHot([id], 3)).toThrow(EncodingError);
  });
});

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
