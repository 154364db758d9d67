import { expect, test } from "vitest";
import { integers, normal, seededRandom, uniform } from "./inputs";

test("the same seed gives the same numbers, another seed others", () => {
  expect(normal([2, 3], { seed: 5 })).toEqual(normal([2, 3], { seed: 5 }));
  expect(normal([2, 3], { seed: 5 })).not.toEqual(normal([2, 3], { seed: 6 }));
});

test("the generator's first numbers are pinned, since golden results may depend on them", () => {
  const random = seededRandom(1);
  expect([random(), random(), random()]).toMatchInlineSnapshot(`
    [
      0.09717539110998141,
      0.15216364583209452,
      0.5690293811175979,
    ]
  `);
});

test("normal numbers have the mean, the deviation and the tails of a normal distribution", () => {
  const count = 100_000;
  const { data } = normal([count], { seed: 7, scale: 3 });
  const mean = data.reduce((sum, x) => sum + x, 0) / count;
  const variance = data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / count;
  expect(Math.abs(mean)).toBeLessThan(4 * (3 / Math.sqrt(count))); // four standard errors of a mean
  expect(Math.abs(variance / 9 - 1)).toBeLessThan(4 * Math.sqrt(2 / count)); // four standard errors of a variance
  const beyondTwo = data.filter((x) => Math.abs(x) > 6).length / count;
  expect(Math.abs(beyondTwo - 0.0455)).toBeLessThan(4 * Math.sqrt((0.0455 * 0.9545) / count));
});

test("every number is a float32, so a GPU gets exactly what the reference gets", () => {
  for (const { data } of [normal([99], { seed: 1 }), uniform([99], { seed: 1, low: -3, high: 5 })]) {
    expect(data).toEqual(Float64Array.from(Float32Array.from(data)));
  }
});

test("integers reach both ends of their range and no further, and are marked", () => {
  const { data, integer } = integers([1000], { seed: 4, low: 2, high: 7 });
  expect(new Set(data)).toEqual(new Set([2, 3, 4, 5, 6]));
  expect(integer).toBe(true);
});
