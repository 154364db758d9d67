import { Random } from "@unroll/data";
import { random } from "@unroll/nn";
import { expect, test } from "vitest";
import { makeModel, trainer, vocabularyOf } from "./model";

const text = "Row, row, row your boat\n".repeat(400);
const vocabulary = vocabularyOf(text);
const ids = vocabulary.encode(text);

/** Where a run of that seed is in the text, and what keeps it. */
function begin(seed: number) {
  const model = makeModel(vocabulary.size, { cell: "gru", hidden: 4, layers: 1 }, random(0));
  return trainer(model, ids, { lr: 0.01, random: new Random(seed) }).notes;
}

test("reading begins where the seed says, and goes on where it was kept", () => {
  expect(begin(1).take()).toBe(begin(1).take());
  expect(new Set(Array.from({ length: 8 }, (_, seed) => begin(seed).take())).size).toBeGreaterThan(1);
  const notes = begin(1);
  for (const place of [0, 7, 17]) {
    notes.restore(place, null);
    expect(notes.take()).toBe(place);
  }
});

test("a place that the text does not have is left", () => {
  const notes = begin(1);
  const first = notes.take();
  for (const kept of [null, undefined, -1, 0.5, 1e9, "3", {}]) {
    notes.restore(kept, null);
    expect(notes.take()).toBe(first);
  }
});
