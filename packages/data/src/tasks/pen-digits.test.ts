import { expect, test } from "vitest";
import { Random } from "../random/random";
import { smoothStroke } from "./pen-curve";
import { penDigits } from "./pen-digits";
import { PEN_DIGITS } from "./pen-templates";

test("penDigits is the same for the same seed, another for another", () => {
  const options = { batchSize: 20 };
  expect(penDigits(new Random(1), options)).toEqual(penDigits(new Random(1), options));
  expect(penDigits(new Random(1), options)).not.toEqual(penDigits(new Random(2), options));
});

test("penDigits writes each digit as often, in the strokes of one of its ways, on the paper", () => {
  const { strokes, targets } = penDigits(new Random(1), { batchSize: 2000 });
  for (let digit = 0; digit < 10; digit++) {
    const rows = strokes.filter((_, row) => targets[row] === digit);
    expect(Math.abs(rows.length - 200)).toBeLessThan(67); // five deviations
    const counts = new Set(PEN_DIGITS[digit]?.map((way) => way.length));
    expect(new Set(rows.map((row) => row.length))).toEqual(counts);
  }
  const points = strokes.flat(2);
  expect(points.every(({ x, y }) => x > -0.35 && x < 1.35 && y > -0.35 && y < 1.35)).toBe(true);
  const inside = points.filter(({ x, y }) => x >= 0 && x <= 1 && y >= 0 && y <= 1);
  expect(inside.length / points.length).toBeGreaterThan(0.95);
});

test("writers differ by what variety says", () => {
  const write = (variety: number) => penDigits(new Random(1), { batchSize: 30, digits: [0], variety }).strokes;
  expect(new Set(write(0).map((row) => JSON.stringify(row))).size).toBe(PEN_DIGITS[0]?.length);
  expect(new Set(write(1).map((row) => JSON.stringify(row))).size).toBe(30);
  expect(penDigits(new Random(1), { batchSize: 9, digits: [7] }).targets.every((digit) => digit === 7)).toBe(true);
});

test("penDigits refuses what it cannot write", () => {
  expect(() => penDigits(new Random(1), { batchSize: 1, digits: [10] })).toThrowErrorMatchingInlineSnapshot(
    `[TaskError: penDigits: expected digit to be a whole number from 0 to 9 but got 10. Pass digit as such a number.]`,
  );
  expect(() => penDigits(new Random(1), { batchSize: 1, variety: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[TaskError: penDigits: expected variety to be a number from 0 to 1 but got 2. Pass variety as such a number.]`,
  );
});

test("a smooth stroke goes through its points, straight where they lie straight, and turns at corners", () => {
  const line = [0, 1, 2, 3].map((x) => ({ x, y: 0 }));
  const points = smoothStroke(line, () => 0.01);
  expect(points.every(({ y }) => y === 0)).toBe(true);
  for (const { x } of line) expect(points.some((point) => Math.abs(point.x - x) < 1e-12)).toBe(true);
  const corner = [
    { x: 0, y: 0 },
    { x: 1, y: 0 },
    { x: 1, y: 0 },
    { x: 1, y: 1 },
  ];
  const turned = smoothStroke(corner, () => 0.01);
  expect(turned.every(({ x, y }) => (y === 0 && x <= 1) || (x >= 1 - 1e-12 && x <= 1 + 1e-12))).toBe(true);
  expect(smoothStroke([], () => 1)).toEqual([]);
  expect(smoothStroke([{ x: 1, y: 2 }], () => 1)).toEqual([{ x: 1, y: 2 }]);
  expect(smoothStroke(line, () => 10)).toEqual([line[0], line[3]]);
});
