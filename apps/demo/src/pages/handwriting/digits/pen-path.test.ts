import { describe, expect, test } from "vitest";
import { AIR, FEATURES, featuresOf, MOST_STEPS, pathOf, STRIDE } from "./pen-path";

const line = (count: number, from = { x: 0, y: 0 }, to = { x: 0.8, y: 0.6 }) =>
  Array.from({ length: count }, (_, at) => ({
    x: from.x + ((to.x - from.x) * at) / (count - 1),
    y: from.y + ((to.y - from.y) * at) / (count - 1),
  }));

describe("pathOf", () => {
  test("has steps of one length, however fast the pen was", () => {
    const { steps } = pathOf([line(2)]);
    expect(steps).toHaveLength(12); // a way of 1
    let before = { x: 0, y: 0 };
    for (const { x, y, isLifted } of steps) {
      expect(Math.hypot(x - before.x, y - before.y)).toBeCloseTo(STRIDE, 12);
      expect(isLifted).toBe(false);
      before = { x, y };
    }
    for (const count of [5, 77, 1000]) {
      const again = pathOf([line(count)]).steps;
      expect(again).toHaveLength(12);
      expect(again.at(-1)?.x).toBeCloseTo(before.x, 6);
    }
  });

  test("a way through the air is one step", () => {
    const { start, steps } = pathOf([line(9), line(9, { x: 0.1, y: 0.9 }, { x: 0.1, y: 0.7 })]);
    expect(start).toEqual({ x: 0, y: 0 });
    expect(steps.map(({ isLifted }) => isLifted)).toEqual([...new Array(12).fill(false), true, false, false]);
    expect(steps[12]).toEqual({ x: 0.1, y: 0.9, isLifted: true });
  });

  test("a touch has no step, nothing none, and a long way as many as are read", () => {
    expect(pathOf([[{ x: 0.5, y: 0.5 }]]).steps).toEqual([]);
    expect(pathOf([]).steps).toEqual([]);
    expect(pathOf([line(9, { x: 0, y: 0 }, { x: 9, y: 0 })]).steps).toHaveLength(MOST_STEPS);
  });
});

test("a step is read by its scale: that of the paper or that of the air", () => {
  const { row, length } = featuresOf([line(9), line(2, { x: 0.1, y: 0.9 }, { x: 0.1, y: 0.7 })]);
  const steps = Array.from({ length }, (_, at) => [...row.subarray(at * FEATURES, (at + 1) * FEATURES)]);
  for (const [dx = 0, dy = 0, isLifted] of steps) if (!isLifted) expect(Math.hypot(dx, dy)).toBeCloseTo(1, 5);
  const { steps: path } = pathOf([line(9)]);
  const lifted = steps.find(([, , isLifted]) => isLifted) ?? [];
  expect(lifted[0]).toBeCloseTo((0.1 - (path.at(-1)?.x ?? 0)) / AIR, 5);
});

test("what is read does not depend on where the digit stands", () => {
  const moved = line(20).map(({ x, y }) => ({ x: x + 0.25, y: y - 0.5 }));
  const [one, other] = [featuresOf([line(20)]), featuresOf([moved])];
  expect(one.length).toBe(12);
  for (const [at, value] of one.row.entries()) expect(other.row[at]).toBeCloseTo(value, 5);
  expect([...one.row.subarray(0, FEATURES)].map((value) => Number(value.toFixed(5)))).toEqual([
    0.8, 0.6, 0, 0.064, 0.048,
  ]);
  expect(one.row.subarray(12 * FEATURES).every((value) => value === 0)).toBe(true);
});
