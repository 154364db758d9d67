import { describe, expect, test } from "vitest";
import {
  cosineDecay,
  cosineRestarts,
  exponentialDecay,
  inverseSquareRoot,
  inverseTimeDecay,
  linearSchedule,
  linearWarmup,
  multiStep,
  noam,
  oneCycle,
  piecewise,
  plateau,
  polynomialDecay,
  type Schedule,
  stepDecay,
} from "..";

const at = (schedule: Schedule, ...updates: number[]) => updates.map((t) => schedule(t));
const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 12));

describe("schedules, by their closed forms", () => {
  test("steps", () => {
    expect(at(stepDecay({ lr: 1, every: 3, factor: 0.5 }), 0, 2, 3, 5, 6)).toEqual([1, 1, 0.5, 0.5, 0.25]);
    expect(at(multiStep({ lr: 1, milestones: [2, 5], factor: 0.5 }), 0, 1, 2, 4, 5, 99)).toEqual([
      1, 1, 0.5, 0.5, 0.25, 0.25,
    ]);
    expect(at(piecewise({ boundaries: [2, 5], values: [3, 2, 1] }), 0, 2, 3, 5, 6)).toEqual([3, 3, 2, 2, 1]);
  });

  test("decays", () => {
    expect(at(exponentialDecay({ lr: 1, factor: 0.25, steps: 2 }), 0, 1, 2)).toEqual(close([1, 0.5, 0.25]));
    expect(at(exponentialDecay({ lr: 1, factor: 0.25, steps: 2, staircase: true }), 0, 1, 2)).toEqual([1, 1, 0.25]);
    expect(at(inverseTimeDecay({ lr: 1, factor: 3, steps: 2 }), 0, 2, 4)).toEqual(close([1, 1 / 4, 1 / 7]));
    expect(at(polynomialDecay({ lr: 1, steps: 10, power: 2 }), 0, 5, 10, 20)).toEqual(close([1, 0.25, 0, 0]));
    expect(at(polynomialDecay({ lr: 1, steps: 10, final: 0.5, cycle: true }), 0, 10, 15, 20)).toEqual(
      close([1, 0.5, 0.625, 0.5]),
    );
    expect(at(linearSchedule({ from: 1, to: 3, steps: 4 }), 0, 1, 4, 9)).toEqual([1, 1.5, 3, 3]);
  });

  test("cosines", () => {
    expect(at(cosineDecay({ lr: 2, steps: 4, final: 1 }), 0, 2, 4, 9)).toEqual(close([2, 1.5, 1, 1]));
    expect(at(cosineDecay({ lr: 2, steps: 4, final: 1, cycle: true }), 4, 6, 8)).toEqual(close([1, 1.5, 2]));
    const restarts = cosineRestarts({ lr: 1, steps: 4, growth: 2, shrink: 0.5 });
    expect(at(restarts, 0, 2, 4, 8, 12, 20)).toEqual(close([1, 0.5, 0.5, 0.25, 0.25, 0.125]));
    expect(at(cosineRestarts({ lr: 1, steps: 4, growth: 1 }), 0, 3.9999999, 4, 400_002)).toEqual(close([1, 0, 1, 0.5]));
  });

  test("warm-up leads to where the schedule begins, which counts from there", () => {
    const warm = linearWarmup(stepDecay({ lr: 4, every: 2, factor: 0.5 }), { steps: 4 });
    expect(at(warm, 0, 1, 3, 4, 5, 6)).toEqual([0, 1, 3, 4, 4, 2]);
    expect(at(linearWarmup(2, { steps: 2, from: 1 }), 0, 1, 2, 99)).toEqual([1, 1.5, 2, 2]);
    expect(at(linearWarmup(2, { steps: 0 }), 0)).toEqual([2]);
  });

  test("inverse square roots", () => {
    expect(at(inverseSquareRoot({ lr: 3, warmup: 4 }), 0, 3, 15)).toEqual(close([0.75, 3, 1.5]));
    // Vaswani et al.'s with factor √(size·warmup) has the same peak of 1
    expect(at(noam({ size: 16, warmup: 4, factor: 8 }), 0, 3, 15)).toEqual(close([0.25, 1, 0.5]));
  });

  test("one cycle begins low, peaks, and ends lower still", () => {
    const cycle = oneCycle({ lr: 1, steps: 10, rise: 0.3 });
    expect(at(cycle, 0, 2, 9, 50)).toEqual(close([1 / 25, 1, 1 / 25e4, 1 / 25e4]));
    expect(cycle(1)).toBeGreaterThan(cycle(0));
    expect(cycle(5)).toBeLessThan(1);
    expect(at(oneCycle({ lr: 1, steps: 10, rise: 0.1 }), 0, 9)).toEqual(close([1, 1 / 25e4])); // the first is the peak
  });
});

describe("plateau", () => {
  test("falls after more than `patience` observations without a better one, and rests", () => {
    const schedule = plateau({ lr: 1, factor: 0.5, patience: 1, cooldown: 1, threshold: 0, least: 0.2 });
    const rates = [5, 4, 4, 4, 4, 4, 4, 4, 4, Number.NaN, 4].map((metric) => {
      schedule.observe(metric);
      return schedule(0);
    });
    // two bad ones fall; then one rests, two more fall; the rate stays at the least
    expect(rates).toEqual([1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.2, 0.2]);
  });

  test("higher may be better, by a share of the best", () => {
    const schedule = plateau({ lr: 1, patience: 0, better: "higher", threshold: 0.1 });
    expect([1, 1.05, 1.2, 1.3].map((metric) => schedule.observe(metric))).toEqual([false, true, false, true]);
  });

  test("never rises, and says so where there is nothing left to fall", () => {
    const low = plateau({ lr: 1, factor: 0.5, patience: 0, least: 2 });
    expect([low.observe(1), low.observe(1), low(0)]).toEqual([false, false, 1]);
    const falling = plateau({ lr: 1, factor: 0.5, patience: 0, least: 0.5 });
    expect([1, 1, 1].map((metric) => falling.observe(metric))).toEqual([false, true, false]);
  });

  test("is saved and restored", () => {
    const make = () => plateau({ lr: 1, patience: 2 });
    const first = make();
    for (const metric of [3, 4, 4]) first.observe(metric);
    const second = linearWarmup(make(), { steps: 2 });
    second.state = first.state;
    expect(second.state).toEqual(first.state);
    expect(first.observe(4)).toBe(true);
    expect(second(2)).toBe(1); // it has its own state
  });
});

test("numbers out of range are refused, negative steps above all", () => {
  expect(() => stepDecay({ lr: 1, every: -3 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: stepDecay: every should be a whole number of updates, at least 1 but is -3. Count updates of the parameters, not epochs: an epoch has as many as it has batches.]`,
  );
  expect(() => cosineDecay({ lr: 1, steps: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: cosineDecay: steps should be a whole number of updates, at least 1 but is 0. Count updates of the parameters, not epochs: an epoch has as many as it has batches.]`,
  );
  expect(() => cosineDecay({ lr: -1, steps: 10 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: cosineDecay: lr should be a finite number, at least 0 but is -1.]`,
  );
  expect(() => linearWarmup(1, { steps: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: linearWarmup: steps should be a whole number of updates, at least 0 but is -1. Count updates of the parameters, not epochs: an epoch has as many as it has batches.]`,
  );
  expect(() => linearWarmup(Number.NaN, { steps: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: linearWarmup: the rate should be a finite number, at least 0 but is NaN.]`,
  );
  expect(() => exponentialDecay({ lr: 1, factor: 0.5, steps: 1.5 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: exponentialDecay: steps should be a whole number of updates, at least 1 but is 1.5. Count updates of the parameters, not epochs: an epoch has as many as it has batches.]`,
  );
  expect(() => multiStep({ lr: 1, milestones: [3, 2] })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: multiStep: milestones[1] should be more than 3, the one before but is 2.]`,
  );
  expect(() => multiStep({ lr: 1, milestones: [-1] })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: multiStep: milestones[0] should be a whole number of updates, at least 0 but is -1. Count updates of the parameters, not epochs: an epoch has as many as it has batches.]`,
  );
  expect(() => piecewise({ boundaries: [1, 2], values: [1, 2] })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: piecewise: values should be 3, one more than boundaries but is 2.]`,
  );
  expect(() => polynomialDecay({ lr: 1, steps: Number.POSITIVE_INFINITY })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: polynomialDecay: steps should be a whole number of updates, at least 1 but is Infinity. Count updates of the parameters, not epochs: an epoch has as many as it has batches.]`,
  );
  expect(() => cosineRestarts({ lr: 1, steps: 4, growth: 0.5 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: cosineRestarts: growth should be a finite number, at least 1 but is 0.5.]`,
  );
  expect(() => oneCycle({ lr: 1, steps: 10, rise: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: oneCycle: rise should be between 0 and 1 but is 1.]`,
  );
  expect(() => noam({ size: 0, warmup: 10 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: noam: size should be a finite number, more than 0 but is 0.]`,
  );
  expect(() => plateau({ lr: 1, patience: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: plateau: patience should be a whole number of updates, at least 0 but is -1. Count updates of the parameters, not epochs: an epoch has as many as it has batches.]`,
  );
  expect(() => plateau({ lr: 1, factor: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: plateau: factor should be at least 0 and less than 1 but is 1.]`,
  );
  expect(() => plateau({ lr: 1, better: "best" as never })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: plateau: better should be lower or higher but is "best".]`,
  );
});

describe("options of schedules", () => {
  const all: Readonly<Record<string, (options: never) => Schedule>> = {
    ...{ stepDecay, multiStep, piecewise, exponentialDecay, inverseTimeDecay, polynomialDecay, linearSchedule },
    ...{ cosineDecay, cosineRestarts, inverseSquareRoot, noam, oneCycle, plateau },
    linearWarmup: (options) => linearWarmup(0.1, options),
  };

  test.each(Object.entries(all))("of %s: missing or unknown", (name, make) => {
    expect(() => Reflect.apply(make, null, [])).toThrow(`${name}: options should be {`);
    expect(() => Reflect.apply(make, null, [{ unknown: 1 }])).toThrow(`${name}: options.unknown should be one of`);
  });

  test("lists that are none", () => {
    expect(() => Reflect.apply(multiStep, null, [{ lr: 1 }])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: multiStep: milestones should be an array of numbers of updates but is undefined.]`,
    );
    expect(() => Reflect.apply(piecewise, null, [{ boundaries: [1] }])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: piecewise: values should be 2, one more than boundaries but is undefined.]`,
    );
    expect(() => stepDecay({ lr: 1, steps: 3 } as never)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: stepDecay: options.steps should be one of lr, every, factor but is not one of them.]`,
    );
  });
});
