import { describe, expect, test } from "vitest";
import { EncodingError } from "../errors";
import { oneHot } from "./encode";
import { padSequences } from "./pad";

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
