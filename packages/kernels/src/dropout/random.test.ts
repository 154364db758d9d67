import { expect, test } from "vitest";
import { DEFAULT_LIMITS, specialise } from "../core";
import {
  dropoutReference,
  normalReference,
  philoxReference,
  uniformReference,
  wordsReference,
} from "./philox.reference";
import { dropout } from "./random";

const DRAW = { seedLow: 1, seedHigh: 2, stream: 3, draw: 4 };

test("the reference gives Philox's published words", () => {
  // Random123, kat_vectors, philox4x32 10
  expect(philoxReference([0, 0, 0, 0], [0, 0])).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
  const ones = 0xffffffff;
  expect(philoxReference([ones, ones, ones, ones], [ones, ones])).toEqual([
    0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd,
  ]);
  expect(philoxReference([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])).toEqual([
    0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1,
  ]);
});

test("element i takes word i mod 4 of counter i div 4", () => {
  const words = wordsReference(6, DRAW);
  expect([...words.subarray(4)]).toEqual(philoxReference([1, 3, 4, 0], [1, 2]).slice(0, 2));
});

test("dropout's expectation is its input, and its derivative is itself", () => {
  const n = 40_000;
  const y = dropoutReference(new Float64Array(n).fill(2), 0.3, DRAW);
  const kept = y.filter((value) => value !== 0).length;
  // five standard deviations of a binomial
  expect(Math.abs(kept / n - 0.7)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / n));
  expect(y.find((value) => value !== 0)).toBeCloseTo(2 / 0.7, 14);
  // linear in x with a fixed mask: backward of dy is forward of dy
  const x = Float64Array.from({ length: 8 }, (_, i) => i + 1);
  const slopes = dropoutReference(new Float64Array(8).fill(1), 0.3, DRAW);
  expect([...dropoutReference(x, 0.3, DRAW)].map((value, i) => value - (slopes[i] ?? 0) * (i + 1))).toEqual(
    new Array(8).fill(expect.closeTo(0, 14)),
  );
});

test("uniform and normal numbers have their moments", () => {
  const n = 40_000;
  const moments = (values: Float64Array) => {
    const mean = values.reduce((a, b) => a + b) / n;
    return { mean, variance: values.reduce((a, b) => a + (b - mean) ** 2, 0) / n };
  };
  const uniform = moments(uniformReference(n, -1, 3, DRAW));
  const normal = moments(normalReference(n, 2, 0.5, DRAW));
  // five standard errors: deviation/√n of a mean, variance·√(2/n) of a normal's variance, less of a uniform's
  expect(Math.abs(uniform.mean - 1)).toBeLessThan((5 * Math.sqrt(4 / 3)) / Math.sqrt(n));
  expect(Math.abs(uniform.variance - 4 / 3)).toBeLessThan(((5 * 4) / 3) * Math.sqrt(2 / n));
  expect(Math.abs(normal.mean - 2)).toBeLessThan((5 * 0.5) / Math.sqrt(n));
  expect(Math.abs(normal.variance - 0.25)).toBeLessThan(5 * 0.25 * Math.sqrt(2 / n));
});

test("a new size, seed or draw compiles nothing", () => {
  const code = (N: number) => specialise(dropout, { dims: { R: 1, N }, bindings: ["x", "y"] }, DEFAULT_LIMITS).code;
  expect(code(10_000_000)).toBe(code(3));
});
