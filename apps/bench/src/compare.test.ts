import { expect, test } from "vitest";
import { compareReports, mergeReports } from "./compare";
import { makeReport, makeRow } from "./test-support/report";

test("rows are matched by name, shape and pass; one that only one run has is left out", () => {
  const before = makeReport([makeRow(10), makeRow(20, { pass: "forward" }), makeRow(1, { name: "gone" })]);
  const now = makeReport([makeRow(20), makeRow(20, { pass: "forward" }), makeRow(1, { shape: "other" })]);
  const found = compareReports(now, before);
  expect(found.map(({ ratio, verdict }) => [ratio, verdict])).toEqual([
    [2, "slower"],
    [1, "same"],
  ]);
});

test("merged runs have the samples of all, and rates of the common median", () => {
  const merged = mergeReports([makeReport([makeRow(10)]), makeReport([makeRow(20)]), makeReport([makeRow(20)])]);
  const [row] = merged.rows;
  expect(row?.n).toBe(90);
  expect(row?.ms).toBeCloseTo(20, 0);
  expect((row?.gflops ?? 0) * (row?.ms ?? 0)).toBeCloseTo(100, 10); // the work stays what it was
});
