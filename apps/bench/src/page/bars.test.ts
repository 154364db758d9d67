import { expect, test } from "vitest";
import { makeReport, makeRow } from "../test-support/report";
import { barGroups } from "./bars";

test("the longest bar of either run is 1, and rows that the other run lacks have one bar", () => {
  const now = makeReport([makeRow(10), makeRow(20, { name: "GRU" })]);
  const before = makeReport([makeRow(40)]);
  const groups = barGroups(now, before, "ms");
  expect(groups.map(({ bars }) => bars.map(({ run, length }) => [run, length]))).toEqual([
    [
      ["now", 0.25],
      ["before", 1],
    ],
    [["now", 0.5]],
  ]);
  expect(groups[0]?.bars[1]?.text).toBe("40.0");
});

test("a share is one of the whole roofline", () => {
  const [group] = barGroups(makeReport([makeRow(10, { roofline: 0.25 })]), null, "roofline");
  expect(group?.bars).toEqual([{ run: "now", text: "25 %", length: 0.25 }]);
});
