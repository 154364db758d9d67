import { describe, expect, test } from "vitest";
import { RandomError } from "../errors";
import { Random } from "./random";

const draw = (random: Random, count: number) => Array.from({ length: count }, () => random.uint32());

describe("Random", () => {
  // From a transcription of sfc32 into Python's unbounded integers, masked to 32 bits, after the same fifteen rounds.
  test.each([
    { seed: 42, stream: 0, words: [3011021589, 3960382089, 1547270628, 4040468816, 1355524940] },
    { seed: 42, stream: 1, words: [2573014457, 551115121, 590060544] },
    { seed: 2 ** 40 + 7, stream: 3, words: [2464712560, 1817688094, 4166910859] },
    { seed: 0, stream: 0, words: [4216505632, 947923937, 2491578854] },
  ])("gives sfc32's words for seed $seed, stream $stream", ({ seed, stream, words }) => {
    expect(draw(new Random(seed, stream), words.length)).toEqual(words);
  });

  test("is uniform over [0, 1)", () => {
    const random = new Random(1);
    const counts = new Uint32Array(10);
    for (let n = 0; n < 100_000; n++) {
      const bin = Math.floor(random.uniform() * 10);
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    // χ² with 9 degrees of freedom exceeds 33.7 with probability 1e-4
    const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquare).toBeLessThan(33.7);
  });

  test("is normal: mean 0, variance 1, and as much beyond each deviation as there should be", () => {
    const random = new Random(4);
    const n = 100_000;
    const drawn = Array.from({ length: n }, () => random.normal());
    const mean = drawn.reduce((sum, x) => sum + x, 0) / n;
    const variance = drawn.reduce((sum, x) => sum + x * x, 0) / n;
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(n)); //           four deviations of the mean
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / n)); // and of the variance
    for (const [least, share] of [
      [-1, 0.841345],
      [1, 0.158655],
      [2, 0.02275],
    ] as const) {
      const found = drawn.filter((x) => x > least).length;
      expect(Math.abs(found - n * share)).toBeLessThan(4 * Math.sqrt(n * share * (1 - share)));
    }
  });

  test("draws below a bound without the bias of a plain remainder", () => {
    const random = new Random(2);
    const bound = 3 * 2 ** 30; // a plain remainder would give the lowest third twice as often
    let low = 0;
    for (let n = 0; n < 30_000; n++) if (random.below(bound) < 2 ** 30) low++;
    expect(Math.abs(low - 10_000)).toBeLessThan(4 * Math.sqrt(30_000 * (1 / 3) * (2 / 3)));
  });

  test("permutes: each number once, every order as often", () => {
    const random = new Random(3);
    const orders = new Map<string, number>();
    for (let n = 0; n < 6000; n++) {
      const order = random.permutation(3).join("");
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect([...orders.keys()].sort()).toEqual(["012", "021", "102", "120", "201", "210"]);
    for (const count of orders.values()) expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(1000 * (5 / 6)));
  });

  test("shuffles an array of anything in place", () => {
    const letters = ["a", "b", "c", "d", "e", "f", "g", "h"];
    new Random(4).shuffle(letters);
    expect(letters.join("")).not.toBe("abcdefgh");
    expect([...letters].sort().join("")).toBe("abcdefgh");
  });

  test("goes on from a saved state with the numbers that would have come", () => {
    const random = new Random(7, 2);
    draw(random, 10);
    const copy = Random.fromState(JSON.parse(JSON.stringify(random.state)));
    expect(draw(copy, 5)).toEqual(draw(random, 5));
    for (const state of [null, [1, 2, 3], [1, 2, 3, -1], [1, 2, 3, 2 ** 32], [1, 2, 3, "4"]]) {
      expect(() => Random.fromState(state)).toThrow(RandomError);
    }
  });

  test("refuses a seed, stream or bound that is no whole number in range", () => {
    expect(() => new Random(1.5)).toThrow(RandomError);
    expect(() => new Random(-1)).toThrowErrorMatchingInlineSnapshot(
      `[RandomError: Random: expected seed to be an integer from 0 to 9007199254740991 but got -1. Pass a whole number, such as new Random(42).]`,
    );
    expect(() => new Random(0, 2 ** 32)).toThrowErrorMatchingInlineSnapshot(
      `[RandomError: Random: expected stream to be an integer from 0 to 4294967295 but got 4294967296. Pass a whole number, such as new Random(42).]`,
    );
    expect(() => new Random(0).below(0)).toThrowErrorMatchingInlineSnapshot(
      `[RandomError: Random.below: expected bound to be an integer from 1 to 2³² but got 0. Pass the number of values to choose from.]`,
    );
  });
});
