import { expect, test } from "vitest";
import { doublings, paddingCosts } from "./summaries";
import { makeReport, makeRow } from "./test-support/report";

test("each doubling beside the size before it, time and work", () => {
  const rows = [
    makeRow(10, { name: "scaling-H", shape: "H64", gflops: 1 }),
    makeRow(10, { name: "scaling-T", shape: "T64", gflops: 1 }),
    makeRow(25, { name: "scaling-T", shape: "T128", gflops: 0.8 }),
  ];
  expect(doublings(makeReport(rows)).map(({ dim, time, work }) => [dim, time, work])).toEqual([
    ["T", null, null],
    ["T", 2.5, 2],
    ["H", null, null],
  ]);
});

test("padded batches against the full one of the same pass", () => {
  const rows = [
    makeRow(100, { name: "LSTM-padding", shape: "B32 full", pass: "forward" }),
    makeRow(200, { name: "LSTM-padding", shape: "B32 full", pass: "step" }),
    makeRow(55, { name: "LSTM-padding", shape: "B32 half", pass: "forward" }),
    makeRow(120, { name: "LSTM-padding", shape: "B32 half", pass: "step" }),
    makeRow(9),
  ];
  expect(paddingCosts(makeReport(rows)).map(({ row, share }) => [row.pass, share])).toEqual([
    ["forward", 0.55],
    ["step", 0.6],
  ]);
});
