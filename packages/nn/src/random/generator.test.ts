import { describe, expect, test } from "vitest";
import { Linear, random, seed } from "..";
import { philox } from "./generator";

test("philox gives the known answers of Random123 (kat_vectors, philox4x32 10)", () => {
  const hex = (words: readonly number[]) => words.map((word) => word.toString(16).padStart(8, "0")).join(" ");
  const ones = 0xffffffff;
  expect(hex(philox([0, 0, 0, 0], [0, 0]))).toBe("6627e8d5 e169c58d bc57ac4c 9b00dbd8");
  expect(hex(philox([ones, ones, ones, ones], [ones, ones]))).toBe("408f276d 41c83b0e a20bc7c6 6d5451fd");
  const counter = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344] as const;
  expect(hex(philox(counter, [0xa4093822, 0x299f31d0]))).toBe("d16cfe09 94fdcceb 5001e420 24126ea1");
});

describe("a generator", () => {
  const n = 100_000;

  test("draws uniform numbers: range, mean, variance", () => {
    const values = random(1).uniform(n, -2, 4);
    const mean = values.reduce((a, b) => a + b, 0) / n;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / n;
    expect(values.every((value) => value >= -2 && value < 4)).toBe(true);
    // The mean has deviation 6/√12/√n = 0.0055, the variance 36·√(1/180)/√n = 0.0085; four of each.
    expect(Math.abs(mean - 1)).toBeLessThan(0.022);
    expect(Math.abs(variance - 3)).toBeLessThan(0.034);
  });

  test("draws normal numbers: mean, variance, tails, and an odd count", () => {
    const values = random(2).normal(n, 3, 0.5);
    const z = values.map((value) => (value - 3) / 0.5);
    const moment = (power: number) => z.reduce((sum, value) => sum + value ** power, 0) / n;
    // Deviations: z 1/√n, z² √2/√n, z³ √15/√n, z⁴ √96/√n; four of each.
    expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(moment(2) - 1)).toBeLessThan((4 * Math.SQRT2) / Math.sqrt(n));
    expect(Math.abs(moment(3))).toBeLessThan((4 * Math.sqrt(15)) / Math.sqrt(n));
    expect(Math.abs(moment(4) - 3)).toBeLessThan((4 * Math.sqrt(96)) / Math.sqrt(n));
    expect([...random(2).normal(7, 3, 0.5)]).toEqual([...values.subarray(0, 7)]);
  });

  test("draws anew each time, the same for a seed", () => {
    const [a, b] = [random(3), random(3)];
    const draws = [a.uniform(9), a.uniform(9)];
    expect(draws[1]).not.toEqual(draws[0]);
    expect([b.uniform(9), b.uniform(9)]).toEqual(draws);
  });

  test("is saved and restored as its seed and its number of draws", () => {
    const rng = random(4);
    rng.normal(5);
    rng.next();
    const { draws } = rng;
    expect(draws).toBe(2);
    const [uniform, normal] = [rng.uniform(6), rng.normal(6)];
    const restored = random(rng.seed);
    restored.draws = draws;
    expect([restored.uniform(6), restored.normal(6)]).toEqual([uniform, normal]);
    expect(restored.draws).toBe(4);
  });

  test("uses all bits of its seed", () => {
    expect(random(2 ** 40 + 1).uniform(4)).not.toEqual(random(1).uniform(4));
    expect(random(2 ** 53 - 1).uniform(4)).not.toEqual(random(2 ** 32 - 1).uniform(4));
  });

  test("refuses seeds and draws that are no whole numbers", () => {
    expect(() => random(-1)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: random: seed should be a whole number from 0 to 2^53 − 1 but is -1.]`,
    );
    expect(() => random(1.5)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: random: seed should be a whole number from 0 to 2^53 − 1 but is 1.5.]`,
    );
    expect(() => random(2 ** 53)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: random: seed should be a whole number from 0 to 2^53 − 1 but is 9007199254740992.]`,
    );
    expect(() => seed(Number.NaN)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: random: seed should be a whole number from 0 to 2^53 − 1 but is NaN.]`,
    );
    expect(() => {
      random(1).draws = -1;
    }).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Generator: draws should be a whole number from 0 to 2^53 − 1 but is -1.]`,
    );
  });
});

test("numbers without a count are refused", () => {
  const rng = random(1);
  expect(() => Reflect.apply(rng.uniform, rng, [])).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: Generator.uniform: size should be a whole number from 0 to 2^30 − 1 but is undefined.]`,
  );
  expect(() => Reflect.apply(rng.normal, rng, [[2, 3]])).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: Generator.normal: size should be a whole number from 0 to 2^30 − 1 but is an Array.]`,
  );
  expect([rng.uniform(0).length, rng.draws]).toEqual([0, 1]);
});

test("seed() starts the generator anew that modules use where none is given", () => {
  const weights = () => new Linear(3, 2).weight.variable.initial;
  seed(5);
  const [first, second] = [weights(), weights()];
  seed(5);
  expect([weights(), weights()]).toEqual([first, second]);
  expect(second).not.toEqual(first);
});
