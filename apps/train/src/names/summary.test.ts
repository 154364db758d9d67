import { expect, test } from "vitest";
import { confusionCounts, summarize } from "./summary";

const items = [0, 0, 0, 2].map((language) => ({ name: "x", language }));
const predicted = [0, 0, 2, 2];

test("rows are true languages, columns guesses", () => {
  expect(confusionCounts(3, items, predicted)).toEqual([
    [2, 0, 1],
    [0, 0, 0],
    [0, 0, 1],
  ]);
});

test("a language without names has no accuracy", () => {
  expect(summarize(["A", "B", "C"], items, { loss: 0.5, accuracy: 0.75, predicted })).toEqual({
    accuracy: 0.75,
    loss: 0.5,
    count: 4,
    perClass: { A: { accuracy: 2 / 3, count: 3 }, B: { accuracy: null, count: 0 }, C: { accuracy: 1, count: 1 } },
  });
});
