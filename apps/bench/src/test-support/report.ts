import type { Report, Row } from "../report";

/** A row whose samples lie within 2 % of `ms`. */
export function makeRow(ms: number, changes: Partial<Row> = {}): Row {
  return {
    name: "LSTM",
    shape: "B16 T64 I128 H128",
    pass: "step",
    ms,
    spread: [ms * 0.98, ms * 1.02],
    n: 30,
    clock: "gpu",
    gflops: 100 / ms,
    gbs: 10 / ms,
    roofline: 0.25,
    dispatches: 20,
    submits: 1,
    buffers: 0,
    bindGroups: 0,
    jsMs: 0.25,
    firstMs: 120,
    deviceBytes: 3 * 2 ** 20,
    samples: Array.from({ length: 30 }, (_, n) => ms * (1 + 0.02 * Math.sin(n * 2.4))),
    ...changes,
  };
}

export function makeReport(rows: readonly Row[], changes: Partial<Report> = {}): Report {
  return {
    device: "Some GPU",
    software: false,
    date: "2026-01-02T03:04:05.000Z",
    runtime: "Chrome 140.0",
    clock: "gpu",
    roofline: { gflops: 1000, gflopsHalf: null, gbs: 100, dispatchUs: 5, submitUs: 30, readbackUs: 300 },
    rows: [...rows],
    failures: [],
    ...changes,
  };
}

/** The same on a software adapter. */
export const onSoftware = { device: "google swiftshader (software)", software: true };
