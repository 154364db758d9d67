import { random, tensor } from "@unroll/nn";
import { expect, test } from "vitest";
import { draws } from "../test-support/tensors";
import { LearnedPositions } from "./learned";
import { RotaryPositions, rotate } from "./rotary";
import { positionScheme } from "./scheme";
import { SinusoidalPositions, sinusoidalTable } from "./sinusoidal";

test("the table of sinusoids is the published one", () => {
  const table = sinusoidalTable(3, 4);
  const angle = 2 / 10_000 ** (2 / 4);
  expect([...table.subarray(0, 4)]).toEqual([0, 1, 0, 1]);
  expect(table[8]).toBeCloseTo(Math.sin(2), 7);
  expect(table[9]).toBeCloseTo(Math.cos(2), 7);
  expect(table[10]).toBeCloseTo(Math.sin(angle), 7);
  expect(table[11]).toBeCloseTo(Math.cos(angle), 7);
  const halves = sinusoidalTable(3, 4, { interleaved: false });
  expect([...halves.subarray(8)]).toEqual([8, 10, 9, 11].map((at) => table[at]));
  expect(sinusoidalTable(2, 3)).toHaveLength(6);
});

test("a sequence longer than the learned table is refused", () => {
  const positions = new LearnedPositions(4, 2);
  expect(positions.forward(draws([1, 4, 2], 1)).shape).toEqual([1, 4, 2]);
  expect(() => positions.forward(draws([1, 5, 2], 1))).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: LearnedPositions.forward: the sequence should be at most 4 steps long, as the table of positions is but is 5 steps long. Cut it shorter, build the layer with more places, or use SinusoidalPositions, RotaryPositions or alibi.]`,
  );
  expect(() => positions.forward(draws([1, 2, 2], 1), { offset: 3 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: LearnedPositions.forward: the sequence should be at most 4 steps long, as the table of positions is but is 5 steps long with the 3 before it. Cut it shorter, build the layer with more places, or use SinusoidalPositions, RotaryPositions or alibi.]`,
  );
  const offset = tensor(Uint32Array.of(1, 3));
  expect(() => positions.forward(draws([2, 2, 2], 1), { offset })).toThrow("is 5 steps long with the 3 before it");
});

test("options that there are none of", () => {
  const loose = (options: object) => options;
  const x = draws([1, 5, 4], 1);
  const table = draws([5, 2], 1);
  expect(() => new LearnedPositions(4, 2, loose({ std: 0.1 }))).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: LearnedPositions: options.std should be one of rng, deviation but is not one of them.]`,
  );
  expect(() => new LearnedPositions(5, 4).forward(x, loose({ offsets: 1 }))).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: LearnedPositions.forward: options.offsets should be one of offset but is not one of them. Did you mean offset?]`,
  );
  expect(() => new SinusoidalPositions(4).forward(x, 3 as never)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: SinusoidalPositions.forward: options should be { offset } but is a Number.]`,
  );
  expect(() => sinusoidalTable(3, 4, loose({ length: 8 }))).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: sinusoidalTable: options.length should be one of base, interleaved but is not one of them.]`,
  );
  expect(() =>
    rotate(x, table, table, { heads: 1, ...loose({ interleave: true }) }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: rotate: options.interleave should be one of heads, interleaved, places, offset but is not one of them.]`,
  );
  const sizes = { size: 4, heads: 2, rng: random(1), ...loose({ maxLength: 9 }) };
  expect(() => positionScheme("Model", "learned", sizes)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: Model: options.maxLength should be one of size, heads, headSize, length, rng but is not one of them. Did you mean length?]`,
  );
  // a table's first length is no part of how it is computed
  expect(new SinusoidalPositions(4, { length: 2, base: 100 }).forward(x).shape).toEqual([1, 5, 4]);
});

test("what does not fit says what to do", () => {
  expect(() => new LearnedPositions(0, 2)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: LearnedPositions: length should be a positive whole number but is 0.]`,
  );
  expect(() => new SinusoidalPositions(4).forward(draws([1, 5, 2], 1))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: SinusoidalPositions.forward: x should be [B, T, 4] but is [1, 5, 2].]`,
  );
  expect(() =>
    new SinusoidalPositions(4).forward(draws([1, 5, 4], 1), { offset: -1 }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: SinusoidalPositions.forward: offset should be a whole number of at least 0 but is -1.]`,
  );
  expect(() => new SinusoidalPositions(4).forward(draws([1, 5, 4], 1), { offset: tensor(Int32Array.of(-2)) })).toThrow(
    "offset should be a whole number of at least 0 but is -2",
  );
  expect(() => new RotaryPositions(4, { rotated: 3 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: RotaryPositions: rotated should be an even number up to headSize, 4 but is 3.]`,
  );
  expect(() => new RotaryPositions(4).forward(draws([1, 5, 6], 1))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: RotaryPositions.forward: x should be [B, T, a multiple of headSize, 4] but is [1, 5, 6].]`,
  );
  const table = draws([3, 2], 1);
  expect(() => rotate(draws([1, 5, 4], 1), table, table, { heads: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: rotate: the sequence should be at most 3 steps long, as the table of positions is but is 5 steps long. Make the tables longer.]`,
  );
  expect(() => rotate(draws([1, 2, 4], 1), table, table, { heads: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: rotate: cosines should be [P, R/2] or [1, 2, R/2], with R at most the 2 features of a head but is [3, 2].]`,
  );
});
