import { describe, expect, test } from "vitest";
import { linearScale } from "./scale";

describe("linearScale", () => {
  test("maps the ends of the domain to the ends of the range, and between evenly", () => {
    const scale = linearScale([10, 30], [100, 0]);
    expect([10, 15, 30].map(scale)).toEqual([100, 75, 0]);
  });

  test.each([
    { domain: [0, 2400], count: 8, ticks: [0, 500, 1000, 1500, 2000] },
    { domain: [0, 3.3], count: 6, ticks: [0, 1, 2, 3] },
    { domain: [0, 0.3], count: 3, ticks: [0, 0.1, 0.2, 0.3] },
    { domain: [-1, 1], count: 4, ticks: [-1, -0.5, 0, 0.5, 1] },
    { domain: [0, 1e-7], count: 5, ticks: [0, 2e-8, 4e-8, 6e-8, 8e-8, 1e-7] },
    { domain: [3, 3], count: 5, ticks: [3] },
  ])("has round ticks inside $domain: $ticks", ({ domain: [low = 0, high = 0], count, ticks }) => {
    expect(linearScale([low, high], [0, 1], { count }).ticks).toEqual(ticks);
  });

  test("widens the domain to its ticks when told to", () => {
    const scale = linearScale([0, 3.3], [0, 100], { count: 6, nice: true });
    expect(scale.domain).toEqual([0, 4]);
    expect(scale.ticks).toEqual([0, 1, 2, 3, 4]);
    expect(scale(4)).toBe(100);
  });
});
