import { describe, expect, test } from "vitest";
import { Random } from "../random/random";
import { OPINION_WORDS, opinionStrength, opinions } from "./opinions";

const strengthOf = (sentence: string): number => opinionStrength(sentence.split(" "));

describe("opinionStrength", () => {
  test.each([
    ["the food was good", 1],
    ["the food was not good", -0.5],
    ["the food was not extremely bad", 1],
    ["the view was slightly awful", -1],
    ["i really loved the music", 3],
    ["i never really hated the bed", 1.5],
    ["the food was good and the room was awful", -1],
    ["the food was good but the room was bad", -1],
    ["the room was bad but the food was good", 1],
    ["the room was bad although the food was good", -1],
    ["although the room was bad , the food was good", 1],
  ])("%s: %d", (sentence, strength) => {
    expect(strengthOf(sentence)).toBe(strength);
  });

  test("says at which word a sentence is none of the grammar", () => {
    expect(() => strengthOf("the food was")).toThrowErrorMatchingInlineSnapshot(
      `[TaskError: opinionStrength: expected a quality, such as "good", as word 4 of the sentence but got its end. Pass words such as ["the", "food", "was", "not", "good"].]`,
    );
    expect(() => strengthOf("the food was good , the room")).toThrowErrorMatchingInlineSnapshot(
      `[TaskError: opinionStrength: expected its end as word 5 of the sentence but got ",". Pass words such as ["the", "food", "was", "not", "good"].]`,
    );
    expect(() => strengthOf("although i loved a bed")).toThrow('expected "the" as word 4');
    expect(() => strengthOf("the constructor was good")).toThrow("a thing");
  });
});

describe("opinions", () => {
  const drawn = opinions(new Random(1), { count: 4000 });

  test("are the same for the same seed, others for another, and go on", () => {
    const draw = (seed: number) => opinions(new Random(seed), { count: 20 });
    expect(draw(1)).toEqual(drawn.slice(0, 20));
    expect(draw(1)).not.toEqual(draw(2));
    const random = new Random(1);
    expect(opinions(random, { count: 20 })).not.toEqual(opinions(random, { count: 20 }));
  });

  test("have the strength of their words and the label of its sign, and are meant clearly", () => {
    for (const { words, strength, label } of drawn) {
      expect(opinionStrength(words)).toBe(strength);
      expect(Math.abs(strength)).toBeGreaterThanOrEqual(0.5);
      expect(label).toBe(strength > 0 ? 1 : 0);
    }
  });

  test("use every word, and no other", () => {
    const used = new Set(drawn.flatMap(({ words }) => words));
    expect([...used].sort()).toEqual(OPINION_WORDS);
  });

  test("praise as often as they blame", () => {
    const praise = drawn.filter(({ label }) => label === 1).length;
    expect(Math.abs(praise - 2000)).toBeLessThan(5 * Math.sqrt(4000 / 4)); // five deviations of a fair coin
  });

  test("mean by the order of their words: the same words, another order, another label", () => {
    const byWords = new Map<string, Set<number>>();
    for (const { words, label } of opinions(new Random(2), { count: 100_000 })) {
      const key = [...words].sort().join(" ");
      byWords.set(key, (byWords.get(key) ?? new Set()).add(label));
    }
    expect([...byWords.values()].filter((labels) => labels.size === 2).length).toBeGreaterThan(100);
  });

  test("refuse a count that is none", () => {
    expect(() => opinions(new Random(1), { count: 0 })).toThrow("count to be a whole number of at least 1");
  });
});
