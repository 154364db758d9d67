import { describe, expect, test } from "vitest";
import { FEATURES } from "./features";
import { search } from "./search";

const featureOf = (name: string, text: string): number[] => [
  ...(FEATURES.find((feature) => feature.name === name)?.of([...text]) ?? []),
];

describe("features", () => {
  test.each([
    ["quotes", 'a "b`" c', [0, 0, 1, 1, 1, 0, 0, 0]],
    ["quotes", '"b\nc\n\nd', [1, 1, 1, 1, 1, 0, 0]],
    ["brackets", "a({})]b(", [0, 1, 2, 1, 0, 0, 0, 1]],
    ["line ends", "ab\nc\n", [1, 2, 0, 1, 0]],
    ["indentation", "  a b\n * c", [1, 1, 0, 0, 0, 1, 1, 1, 1, 0]],
    ["words", "to be’s.", [1, 2, 0, 1, 2, 3, 4, 0]],
    ["capitals", "Ab É", [1, 0, 0, 1]],
  ])("%s of %j", (name, text, expected) => {
    expect(featureOf(name, text)).toEqual(expected);
  });
});

describe("search", () => {
  const feature = [0, 0, 1, 1, 0, 1];

  test("finds the units that follow a feature, or do the opposite, before others", () => {
    const units = [
      [5, 5, 5, 5, 5, 5], // never changes
      [90, -90, 90, -90, 90, -90],
      [100, 90, -80, -90, 100, -90],
      [-127, -127, 127, 127, -127, 127],
    ];
    const values = Int8Array.from(feature.flatMap((_, t) => units.map((unit) => unit[t] ?? 0)));
    const found = search({ values, units: 4 }, feature);
    expect(found.map(({ unit }) => unit)).toEqual([3, 2, 1]);
    expect(found[0]?.correlation).toBeCloseTo(1, 12);
    expect(found[1]?.correlation).toBeLessThan(-0.98);
    expect(found[2]?.correlation).toBeCloseTo(-1 / 3, 12);
    expect(search({ values, units: 4 }, feature, 1)).toHaveLength(1);
  });

  test("finds none for what the text does not have", () => {
    expect(search({ values: Int8Array.of(1, 2), units: 1 }, [0, 0])).toEqual([]);
  });
});
