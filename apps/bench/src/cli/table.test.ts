import { expect, test } from "vitest";
import { makeReport, makeRow, onSoftware } from "../test-support/report";
import { formatComparison, measureInTurns } from "./comparison";
import { formatReport } from "./table";

const rows = [
  makeRow(0.01234, { name: "copy", shape: "n1000", pass: "forward", gflops: 0, roofline: 1.25 }),
  makeRow(64, { name: "scaling-T", shape: "B4 T64", gflops: 2 }),
  makeRow(144, { name: "scaling-T", shape: "B4 T128", gflops: 2 }),
  makeRow(50, { name: "LSTM-padding", shape: "B32 full" }),
  makeRow(27, { name: "LSTM-padding", shape: "B32 half of each row" }),
];

test("a run: its device, what that can do, every row, and what follows from some", () => {
  expect(formatReport(makeReport(rows))).toMatchInlineSnapshot(`
    "Some GPU
    Chrome 140.0, 2026-01-02T03:04:05.000Z, timed by timestamps of the device
    peak 1000 GFLOP/s, copy 100 GB/s, dispatch 5.00 µs, submission 30.0 µs, readback 300 µs

    name          shape                 pass         ms        p10..p90   n  GFLOP/s    GB/s  roofline  dispatches  submits  made  JS ms  first ms   memory
    copy          n1000                 forward  0.0123  0.0121..0.0126  30        -     810     125 %          20        1     0   0.25       120  3.0 MiB
    scaling-T     B4 T64                step       64.0      62.7..65.3  30     2.00   0.156      25 %          20        1     0   0.25       120  3.0 MiB
    scaling-T     B4 T128               step        144        141..147  30     2.00  0.0694      25 %          20        1     0   0.25       120  3.0 MiB
    LSTM-padding  B32 full              step       50.0      49.0..51.0  30     2.00     0.2      25 %          20        1     0   0.25       120  3.0 MiB
    LSTM-padding  B32 half of each row  step       27.0      26.5..27.5  30     3.70    0.37      25 %          20        1     0   0.25       120  3.0 MiB

    time of a batch that is padding by half, against the full one:
      step      54 %  B32 half of each row

    cost of each doubling:
       shape      ms   time   work
    T  B4 T64   64.0
    T  B4 T128   144  2.25x  2.25x"
  `);
});

test("the label heads the table of a software adapter", () => {
  expect(formatReport(makeReport(rows, onSoftware)).split("\n")[0]).toMatchInlineSnapshot(
    `"google swiftshader (software) · SOFTWARE ADAPTER: these times say nothing about a GPU"`,
  );
});

test("a comparison, the slowest first", () => {
  const before = makeReport([makeRow(10), makeRow(20, { name: "GRU" }), makeRow(1, { name: "gone" })]);
  const now = makeReport([makeRow(5), makeRow(30, { name: "GRU" }), makeRow(1, { name: "new" })]);
  expect(formatComparison(now, before, 1.1)).toMatchInlineSnapshot(`
    "compared with Some GPU, 2026-01-02T03:04:05.000Z
            name  shape              pass    ms  before  ratio        95 %
    slower  GRU   B16 T64 I128 H128  step  30.0    20.0  1.50x  1.48..1.52
    faster  LSTM  B16 T64 I128 H128  step  5.00    10.0  0.50x  0.49..0.51
    1 slower, 1 faster, 0 neither, beyond a ratio of 1.1"
  `);
});

test("a comparison with a software adapter says so, whichever side it is", () => {
  const gpu = makeReport([makeRow(1)]);
  const software = makeReport([makeRow(50)], onSoftware);
  expect(formatComparison(gpu, software, 1.1)).toContain("SOFTWARE ADAPTER");
  expect(formatComparison(software, gpu, 1.1)).toContain("SOFTWARE ADAPTER");
});

test("two builds take turns, and which is first changes", async () => {
  const order: string[] = [];
  const run = (name: string, ms: number) => async () => {
    order.push(name);
    return makeReport([makeRow(ms + order.length)]);
  };
  const { now, before } = await measureInTurns(run("ours", 10), run("theirs", 20), 3);
  expect(order).toEqual(["ours", "theirs", "theirs", "ours", "ours", "theirs"]);
  expect(now.rows[0]?.n).toBe(90);
  expect(now.rows[0]?.ms).toBeCloseTo(14, 0); // of 11, 14 and 15
  expect(before.rows[0]?.ms).toBeCloseTo(23, 0); // of 22, 23 and 26
});
