import { expect, test } from "vitest";
import { learningRate } from "./learning-rate";

const rates = Array.from({ length: 101 }, (_, step) => learningRate({ step, steps: 100, peak: 0.5 }));

test("the rate rises in a straight line to its peak, then falls to zero along half a cosine", () => {
  expect(rates.slice(0, 5)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
  expect(rates[5]).toBe(0.5);
  expect(rates[52]).toBeCloseTo(0.25 * (1 + Math.cos((Math.PI * 47) / 95)), 15);
  expect(rates[100]).toBe(0);
  for (let step = 6; step <= 100; step++) expect(rates[step]).toBeLessThan(rates[step - 1] as number);
});

test("one step has the whole rate", () => {
  expect(learningRate({ step: 0, steps: 1, peak: 0.5 })).toBe(0.5);
});
