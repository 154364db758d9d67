import { Random, spansOf } from "@unroll/data";
import { expect, test } from "vitest";
import { TagDecoder } from "./tag-decoder";

const names = ["B-a", "B-b", "I-a", "I-b", "O"];
const decoder = new TagDecoder(names);

/** Scores [T, V] that are 1 where said and 0 elsewhere, or as said. */
const scores = (...steps: Partial<Record<string, number>>[]) =>
  steps.flatMap((step) => names.map((name) => step[name] ?? 0));

test("the best tag of each step is taken where they are in order", () => {
  expect(decoder.decode(scores({ O: 1 }, { "B-a": 1 }, { "I-a": 1 }, { "B-b": 1 }), 4)).toEqual([
    "O",
    "B-a",
    "I-a",
    "B-b",
  ]);
  expect(decoder.decode([], 0)).toEqual([]);
});

test("a span must begin: what goes on with it weighs against what its begin costs", () => {
  expect(decoder.decode(scores({ "I-a": 5 }), 1)).toEqual(["B-a"]); // the first of all that score 0
  expect(decoder.decode(scores({ O: 1 }, { "I-a": 3 }), 2)).toEqual(["B-a", "I-a"]);
  expect(decoder.decode(scores({ O: 4 }, { "I-a": 3, O: 1 }), 2)).toEqual(["O", "O"]);
  expect(decoder.decode(scores({ "B-a": 3 }, { "I-b": 4, "I-a": 2 }), 2)).toEqual(["B-a", "I-a"]);
});

test("of all rows of tags in order, it is the one that scores most", () => {
  const random = new Random(7);
  for (let turn = 0; turn < 20; turn++) {
    const given = Array.from({ length: 3 * names.length }, () => random.uniform());
    const rows = names.flatMap((one) => names.flatMap((two) => names.map((three) => [one, two, three])));
    const valid = rows.filter((row) => {
      try {
        return spansOf(row).length >= 0;
      } catch {
        return false;
      }
    });
    const sum = (row: readonly string[]) =>
      row.reduce((total, tag, t) => total + (given[t * names.length + names.indexOf(tag)] ?? 0), 0);
    const best = valid.toSorted((one, other) => sum(other) - sum(one))[0];
    expect(decoder.decode(given, 3)).toEqual(best);
  }
});
