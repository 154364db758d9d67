import { describe, expect, test } from "vitest";
import { SplitError } from "../errors";
import { splitByHash, splitByShuffle } from "./split";

const words = Array.from({ length: 5000 }, (_, n) => `word-${n}`);
const fractions = { train: 0.7, validation: 0.2, test: 0.1 };
const everyRow = (split: Record<string, Uint32Array>) =>
  Object.values(split)
    .flatMap((rows) => [...rows])
    .sort((a, b) => a - b);
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

describe("splitByShuffle", () => {
  test.each([10, 11, 99, 1000])("gives each of %i items to one part, to the nearest item", (count) => {
    const split = splitByShuffle(count, fractions, { seed: 1 });
    expect(everyRow(split)).toEqual(numbers(count));
    for (const [part, fraction] of Object.entries(fractions)) {
      const size = split[part as keyof typeof fractions].length;
      expect(Math.abs(size - count * fraction)).toBeLessThanOrEqual(1);
    }
  });

  test("repeats by seed, and mixes", () => {
    const split = splitByShuffle(1000, fractions, { seed: 1 });
    expect(splitByShuffle(1000, fractions, { seed: 1 })).toEqual(split);
    expect(splitByShuffle(1000, fractions, { seed: 2 })).not.toEqual(split);
    expect([...split.train]).not.toEqual(numbers(700));
    expect([...split.train]).toEqual([...split.train].sort((a, b) => a - b));
  });

  test("refuses a part that would be empty", () => {
    expect(() => splitByShuffle(3, fractions)).toThrowErrorMatchingInlineSnapshot(
      `[SplitError: splitByShuffle: expected at least one item for each of the 3 parts but got none for test of 3 items. Pass more items or a larger fraction.]`,
    );
  });
});

describe("splitByHash", () => {
  test("gives each item to one part, near the fractions", () => {
    const split = splitByHash(words, fractions);
    expect(everyRow(split)).toEqual(numbers(words.length));
    for (const [part, fraction] of Object.entries(fractions)) {
      const deviation = Math.sqrt(words.length * fraction * (1 - fraction));
      const size = split[part as keyof typeof fractions].length;
      expect(Math.abs(size - words.length * fraction)).toBeLessThan(4 * deviation);
    }
  });

  test("never moves an item when others are added, removed or reordered", () => {
    const parts = (keys: string[]) => {
      const partOf = new Map<string, string>();
      for (const [part, rows] of Object.entries(splitByHash(keys, fractions))) {
        for (const row of rows) partOf.set(keys[row] ?? "", part);
      }
      return partOf;
    };
    const all = parts(words);
    const some = parts(words.filter((_, n) => n % 3 === 0).reverse());
    expect(some.size).toBe(1667);
    for (const [word, part] of some) expect(all.get(word)).toBe(part);
  });

  test("puts equal keys into the same part", () => {
    const split = splitByHash([...words, ...words], { train: 0.5, test: 0.5 });
    const train = new Set(split.train);
    for (const row of words.keys()) expect(train.has(row)).toBe(train.has(row + words.length));
  });

  test("splits independently by salt", () => {
    const first = new Set(splitByHash(words, { train: 0.5, test: 0.5 }).test);
    const second = splitByHash(words, { train: 0.5, test: 0.5 }, { salt: 1 }).test;
    const both = second.filter((row) => first.has(row)).length;
    expect(Math.abs(both - words.length / 4)).toBeLessThan(4 * Math.sqrt(words.length * (1 / 4) * (3 / 4)));
  });
});

test("fractions must be positive and sum to 1", () => {
  expect(() => splitByHash(words, { train: 0.7, test: 0.2 })).toThrowErrorMatchingInlineSnapshot(
    `[SplitError: splitByHash: expected positive fractions that sum to 1 but got train: 0.7, test: 0.2. Pass fractions such as { train: 0.8, validation: 0.1, test: 0.1 }.]`,
  );
  expect(() => splitByShuffle(10, { train: 1.2, test: -0.2 })).toThrowErrorMatchingInlineSnapshot(
    `[SplitError: splitByShuffle: expected positive fractions that sum to 1 but got train: 1.2, test: -0.2. Pass fractions such as { train: 0.8, validation: 0.1, test: 0.1 }.]`,
  );
  expect(() => splitByShuffle(10, {})).toThrow(SplitError);
  expect(() => splitByHash([], { train: Number.NaN })).toThrow(SplitError);
});
