import { expectClose } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { compareRecurrent, type RecurrentCase, recurrentBounds, small, wholes } from "../test-support/check-recurrent";
import { useTestDevice } from "../test-support/device";
import type { CellKind } from "../test-support/layer.reference";

useTestDevice();

const cells: CellKind[] = ["RNN", "LSTM", "GRU", "GRU before"];

const cases: RecurrentCase[] = [
  {
    why: "one layer through its outputs, from a given state",
    ...{ direction: "forward", layers: 1, B: 3, T: 2, I: 2, H: 4, start: true, through: ["output"] },
  },
  {
    why: "one layer backwards through its final state, rows of several lengths",
    ...{
      direction: "reverse",
      layers: 1,
      B: 3,
      T: 2,
      I: 3,
      H: 3,
      lengths: [2, 1, 2],
      start: false,
      through: ["state"],
    },
  },
  {
    why: "one bidirectional layer, rows of several lengths",
    ...{ direction: "bidirectional", layers: 1, B: 3, T: 2, I: 2, H: 3, lengths: [2, 1, 2], start: true },
    through: ["output"],
  },
  {
    why: "two bidirectional layers through both, lengths and a given state",
    ...{ direction: "bidirectional", layers: 2, B: 2, T: 2, I: 2, H: 3, lengths: [1, 2], start: true },
    through: ["output", "state"],
  },
];

describe.each(cells)("%s", (cell) => {
  // With the identity for every activation and whole numbers for everything else, float32 makes no error at all, and a
  // gradient is a whole number: the one next to its central difference, which is off by step²/6 of a third derivative.
  // Two layers of gates multiply beyond float32's whole numbers; of the Elman network they do not.
  const exact = cases.filter(({ layers }) => layers === 1 || cell === "RNN");
  test.each(exact)("is exact in whole numbers: $why", async (shape) => {
    const { values, gradients } = await compareRecurrent(cell, { ...shape, linear: true }, wholes, 2 ** -12);
    for (const [name, actual, expected] of values) expectClose(name, actual, expected, { absolute: 0 });
    for (const [name, actual, expected] of gradients) {
      const rounded = expected.map(Math.round);
      expectClose(`${name}: distance from a whole number`, expected, rounded, { absolute: 0.05 });
      expectClose(name, actual, rounded, { absolute: 0 });
    }
    expect(gradients.every(([, actual]) => actual.some((value) => value !== 0))).toBe(true);
  });

  test.each(cases)("follows the float64 equations: $why", async (shape) => {
    const long = { ...shape, T: 3, ...(shape.lengths ? { lengths: shape.lengths.map((length) => length + 1) } : {}) };
    const { values, gradients } = await compareRecurrent(cell, { ...long, linear: false }, small, 2 ** -14);
    const { forward, backward } = recurrentBounds(long);
    for (const [name, actual, expected] of values) expectClose(name, actual, expected, { absolute: forward });
    const largest = Math.max(1, ...gradients.flatMap(([, , expected]) => [...expected].map(Math.abs)));
    for (const [name, actual, expected] of gradients) {
      expectClose(name, actual, expected, { absolute: backward * largest });
    }
  });
});
