import { expect, test } from "vitest";
import { Parameter } from "../tensor/parameter";
import { inSegments } from "../test-support/in-segments";
import { FlatParameters } from "./flat-parameters";

const parametersOf = (sizes: readonly number[]) => sizes.map((size) => new Parameter(new Float32Array(size), [size]));

/** Sizes of the parameters in each segment. */
const cut = (sizes: readonly number[], words: number): number[][] => {
  const flat = inSegments(words, () => new FlatParameters("test", parametersOf(sizes)));
  return flat.segments.map(({ parameters }) => parameters.map(({ size }) => size));
};

test("parameters fill segments in order, each of them whole, with gaps to the next multiple of 128 words", () => {
  expect(cut([1, 128, 127, 129], 384)).toEqual([[1, 128, 127], [129]]);
  expect(cut([129, 129, 1], 384)).toEqual([[129], [129, 1]]);
  expect(cut([0, 0, 0], 256)).toEqual([[0, 0], [0]]);
});

test("one that is too long for a segment has its own", () => {
  expect(cut([1, 1000, 1, 1], 256)).toEqual([[1], [1000], [1, 1]]);
  expect(cut([1000], 128)).toEqual([[1000]]);
});

test("most models have one segment of at most what every device can bind", () => {
  const { segments } = new FlatParameters("test", parametersOf([7, 300, 2]));
  expect(segments).toHaveLength(1);
  expect(segments[0]).toMatchObject({ first: 0, size: 128 + 384 + 128, starts: [0, 128, 512] });
});

test("a word of the whole belongs to the parameter that it lies in, whichever segment that is in", () => {
  const parameters = parametersOf([3, 130, 5]);
  const flat = inSegments(256, () => new FlatParameters("test", parameters));
  expect(flat.segments.map(({ first, size }) => [first, size])).toEqual([
    [0, 128],
    [128, 256],
    [384, 128],
  ]);
  expect([0, 2, 128, 257, 384, 388].map((word) => parameters.indexOf(flat.at(word)))).toEqual([0, 0, 1, 1, 2, 2]);
});
