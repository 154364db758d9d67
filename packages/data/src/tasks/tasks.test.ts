import { describe, expect, test } from "vitest";
import { TaskError } from "../errors";
import { Random } from "../random/random";
import { bracketLanguage, isBalanced } from "./brackets";
import { addingProblem, copyMemory, longGap, parity, runningSum } from "./sequence-tasks";
import { sineFaults } from "./sine-faults";

const size = { batchSize: 200, steps: 11 };

describe("every toy task", () => {
  const tasks = [
    (random: Random) => addingProblem(random, size),
    (random: Random) => runningSum(random, size),
    (random: Random) => parity(random, size),
    (random: Random) => longGap(random, size),
    (random: Random) => copyMemory(random, { batchSize: 5, gap: 4 }),
    (random: Random) => bracketLanguage(random, { batchSize: 5, steps: 10 }),
    (random: Random) => sineFaults(random, { batchSize: 5, steps: 30 }),
  ];

  test.each(tasks)("is the same for the same seed, another for another", (make) => {
    expect(make(new Random(1))).toEqual(make(new Random(1)));
    expect(make(new Random(1))).not.toEqual(make(new Random(2)));
    const random = new Random(1);
    expect(make(random)).not.toEqual(make(random)); // a second batch is another
  });

  test.each(tasks)("gives only what a model can read", (make) => {
    const { inputs, targets } = make(new Random(3));
    for (const array of [inputs, targets]) expect(array.every(Number.isFinite)).toBe(true);
  });
});

describe("addingProblem", () => {
  test("asks for the sum of one number of each half", () => {
    const { inputs, inputShape, targets, targetShape } = addingProblem(new Random(1), size);
    expect([inputShape, targetShape]).toEqual([
      [200, 11, 2],
      [200, 1],
    ]);
    for (const [row, target] of targets.entries()) {
      const steps = Array.from({ length: 11 }, (_, t) => inputs.subarray(2 * (row * 11 + t), 2 * (row * 11 + t) + 2));
      const marked = steps.flatMap(([, mark], t) => (mark === 1 ? [t] : []));
      expect(marked).toHaveLength(2);
      expect(marked[0]).toBeLessThan(5);
      expect(marked[1]).toBeGreaterThanOrEqual(5);
      expect(target).toBeCloseTo(
        marked.reduce((sum, t) => sum + (steps[t]?.[0] ?? 0), 0),
        6,
      );
    }
  });

  test("is missed by 1/6 by who always says 1", () => {
    const { targets } = addingProblem(new Random(2), { batchSize: 20_000, steps: 4 });
    const error = targets.reduce((sum, target) => sum + (target - 1) ** 2, 0) / targets.length;
    expect(Math.abs(error - 1 / 6)).toBeLessThan(0.007); // (target − 1)² has deviation 0.2: five of its mean's
  });

  test("needs two steps", () => {
    expect(() => addingProblem(new Random(1), { batchSize: 1, steps: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[TaskError: addingProblem: expected steps to be a whole number of at least 2 but got 1. Pass steps as such a number.]`,
    );
  });
});

test("runningSum and parity start anew in every row", () => {
  const sums = runningSum(new Random(1), size);
  const bits = parity(new Random(1), size);
  expect([sums.targetShape, bits.targetShape]).toEqual([
    [200, 11, 1],
    [200, 11],
  ]);
  for (let row = 0; row < 200; row++) {
    let [sum, odd] = [0, 0];
    for (let at = row * 11; at < row * 11 + 11; at++) {
      sum += sums.inputs[at] ?? 0;
      odd = (odd + (bits.inputs[at] ?? 0)) % 2;
      expect([sums.targets[at], bits.targets[at]]).toEqual([sum, odd]);
    }
  }
  expect(new Set(sums.inputs)).toEqual(new Set([-1, 0, 1]));
  expect(new Set(bits.inputs)).toEqual(new Set([0, 1]));
});

test("longGap tells the class at its first step alone", () => {
  const { inputs, targets } = longGap(new Random(1), { ...size, noise: 0.25 });
  for (const [row, target] of targets.entries()) {
    expect(inputs[row * 11]).toBe(target === 1 ? 1 : -1);
    for (let t = 1; t < 11; t++) expect(Math.abs(inputs[row * 11 + t] ?? 1)).toBeLessThanOrEqual(0.25);
  }
  expect(new Set(targets)).toEqual(new Set([0, 1]));
  expect(() => longGap(new Random(1), { ...size, noise: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[TaskError: longGap: expected noise from 0 to less than 1, the size of the signal but got 1. Pass such as { noise: 0.5 }.]`,
  );
});

test("copyMemory asks for the symbols behind the signal", () => {
  const { inputs, targets, shape, classes } = copyMemory(new Random(1), {
    batchSize: 50,
    gap: 6,
    symbols: 3,
    length: 4,
  });
  expect([shape, classes]).toEqual([[50, 14], 5]);
  for (let row = 0; row < 50; row++) {
    const [read, said] = [inputs, targets].map((ids) => [...ids.subarray(row * 14, row * 14 + 14)]);
    const symbols = read?.slice(0, 4) ?? [];
    for (const symbol of symbols) expect([1, 2, 3]).toContain(symbol);
    expect(read?.slice(4)).toEqual([0, 0, 0, 0, 0, 4, 0, 0, 0, 0]);
    expect(said).toEqual([...Array(10).fill(0), ...symbols]);
  }
  expect(() => copyMemory(new Random(1), { batchSize: 1, gap: 0 })).toThrow(TaskError);
});

describe("bracketLanguage", () => {
  test("has right and wrong words of all lengths", () => {
    const { inputs, shape, lengths, targets, classes } = bracketLanguage(new Random(1), {
      batchSize: 400,
      steps: 12,
      kinds: 3,
    });
    expect([shape, classes]).toEqual([[400, 12], 7]);
    for (const [row, target] of targets.entries()) {
      const whole = inputs.subarray(row * 12, row * 12 + 12);
      const length = lengths[row] ?? 0;
      const word = whole.subarray(0, length);
      expect(isBalanced(word)).toBe(target === 1);
      expect([...word].every((bracket) => bracket >= 1 && bracket <= 6)).toBe(true);
      expect([...whole.subarray(length)].every((bracket) => bracket === 0)).toBe(true);
    }
    expect(new Set(lengths)).toEqual(new Set([2, 4, 6, 8, 10, 12]));
    const right = targets.reduce((sum, each) => sum + each, 0);
    expect(Math.abs(right - 200)).toBeLessThan(40); // 4 deviations
  });

  test("keeps to a depth, and has one kind", () => {
    const { inputs, lengths, targets } = bracketLanguage(new Random(2), {
      batchSize: 100,
      steps: 20,
      kinds: 1,
      depth: 2,
    });
    for (const [row, target] of targets.entries()) {
      if (target === 0) continue;
      let depth = 0;
      for (const bracket of inputs.subarray(row * 20, row * 20 + (lengths[row] ?? 0))) {
        depth += bracket === 1 ? 1 : -1;
        expect(depth).toBeLessThanOrEqual(2);
      }
    }
    expect(() => bracketLanguage(new Random(1), { batchSize: 1, steps: 5 })).toThrowErrorMatchingInlineSnapshot(
      `[TaskError: bracketLanguage: expected steps to be an even number of at least 2 but got 5. Every bracket that opens closes, so words are of even length.]`,
    );
  });

  test.each([
    { word: [], balanced: true },
    { word: [1, 2], balanced: true },
    { word: [1, 3, 4, 2], balanced: true },
    { word: [1, 3, 2, 4], balanced: false },
    { word: [2, 1], balanced: false },
    { word: [1], balanced: false },
  ])("$word is balanced: $balanced", ({ word, balanced }) => expect(isBalanced(word)).toBe(balanced));
});

describe("sineFaults", () => {
  test("marks each fault, of its kind and length", () => {
    const { inputs, targets, faults } = sineFaults(new Random(1), { batchSize: 400, steps: 100, noise: 0 });
    expect(Math.abs(faults.length - 200)).toBeLessThan(40); // 4 deviations
    const marks = new Int32Array(400 * 100);
    for (const { kind, row, start, end } of faults) {
      marks.fill(1, row * 100 + start, row * 100 + end);
      if (kind === "spike") expect(end - start).toBe(1);
      else expect([end - start >= 10, end - start <= 20]).toEqual([true, true]);
      const stretch = inputs.subarray(row * 100 + start, row * 100 + end);
      if (kind === "spike") expect(Math.abs(stretch[0] ?? 0)).toBeGreaterThanOrEqual(1);
      if (kind === "flat") expect(new Set(stretch).size).toBe(1);
    }
    expect(targets).toEqual(marks);
    expect(new Set(faults.map(({ kind }) => kind)).size).toBe(4);
    const clean = Array.from({ length: 400 }, (_, row) => row).filter((row) =>
      faults.every((fault) => fault.row !== row),
    );
    for (const row of clean.slice(0, 20)) {
      for (let t = 25; t < 100; t++) expect(inputs[row * 100 + t]).toBeCloseTo(inputs[row * 100 + t - 25] ?? 9, 5);
    }
  });

  test("has the faults that are asked for", () => {
    const { faults } = sineFaults(new Random(1), { batchSize: 50, steps: 40, share: 1, kinds: ["flat"] });
    expect(faults).toHaveLength(50);
    expect(faults.every(({ kind }) => kind === "flat")).toBe(true);
    expect(sineFaults(new Random(1), { batchSize: 9, steps: 16, share: 0 }).faults).toEqual([]);
    expect(() => sineFaults(new Random(1), { batchSize: 1, steps: 40, share: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[TaskError: sineFaults: expected share to be a number from 0 to 1 but got 2. Pass share as such a number.]`,
    );
  });
});
