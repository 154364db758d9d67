import { expect, test } from "vitest";
import { STEPS, TextPart } from "./text-part";

const ids = Int32Array.from({ length: 1000 }, (_, at) => at);

test("each row of a chunk goes on where that of the chunk before stopped, and targets are the ids one further on", () => {
  const chunks = [...new TextPart(ids, 4).batches({ epoch: 1, seed: 0 })];
  expect(chunks.map(({ shape }) => shape)).toEqual(new Array(3).fill([4, STEPS]));
  for (const [k, { inputs, targets }] of chunks.entries()) {
    expect(targets).toEqual(inputs.map((id) => id + 1));
    const next = chunks[k + 1];
    if (next) for (let row = 0; row < 4; row++) expect(next.inputs[row * STEPS]).toBe(targets[(row + 1) * STEPS - 1]);
  }
});

test("epochs begin at different places, each as long as the others and the same each time", () => {
  const part = new TextPart(ids, 4);
  const first = (epoch: number, seed = 0) => [...part.batches({ epoch, seed })].map(({ inputs }) => inputs[0]);
  const epochs = [1, 2, 3, 4].map((epoch) => first(epoch));
  for (const starts of epochs) expect(starts).toHaveLength(part.steps);
  expect(new Set(epochs.map(([start]) => start)).size).toBeGreaterThan(2);
  expect(first(2)).toEqual(epochs[1]);
  expect(first(2, 5)).not.toEqual(epochs[1]);
});

test("what is scored is the whole text, and a short one is read in as many rows as it fills", () => {
  const targets = (part: TextPart) => [...part.batches()].flatMap((chunk) => [...chunk.targets]);
  expect(new Set(targets(new TextPart(ids, 4))).size).toBe(996); // 999, in four rows of the same length
  expect(targets(new TextPart(ids.subarray(0, 100), 32))).toEqual([...ids.subarray(1, 100)]);
  expect(targets(new TextPart(ids.subarray(0, 2), 32))).toEqual([1]);
  expect(() => new TextPart(ids.subarray(0, 1), 32).batches()).toThrowErrorMatchingInlineSnapshot(
    `[BatchError: StreamBatches: expected at least 2 ids for 1 streams but got 1. Pass more text, or take a smaller batchSize or fewer steps.]`,
  );
});
