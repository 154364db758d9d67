import { formatBytes, formatMs, formatRate, formatShare } from "../format";
import { deviceLabel, guarded } from "../label";
import type { Report, Roofline, Row } from "../report";
import { doublings, paddingCosts } from "../summaries";

type Side = "left" | "right";

const COLUMNS: readonly (readonly [title: string, side: Side, cell: (row: Row) => string])[] = [
  ["name", "left", ({ name }) => name],
  ["shape", "left", ({ shape }) => shape],
  ["pass", "left", ({ pass }) => pass],
  ["ms", "right", ({ ms }) => formatMs(ms)],
  ["p10..p90", "right", ({ spread: [low, high] }) => `${formatMs(low)}..${formatMs(high)}`],
  ["n", "right", ({ n }) => String(n)],
  ["GFLOP/s", "right", ({ gflops }) => formatRate(gflops)],
  ["GB/s", "right", ({ gbs }) => formatRate(gbs)],
  ["roofline", "right", ({ roofline }) => formatShare(roofline)],
  ["dispatches", "right", ({ dispatches }) => String(dispatches)],
  ["submits", "right", ({ submits }) => String(submits)],
  ["made", "right", ({ buffers, bindGroups }) => String(buffers + bindGroups)],
  ["JS ms", "right", ({ jsMs }) => formatMs(jsMs)],
  ["first ms", "right", ({ firstMs }) => formatMs(firstMs)],
  ["memory", "right", ({ deviceBytes }) => formatBytes(deviceBytes)],
];

/** A run for the terminal: what it ran on, what that can do, every row, and what follows from some of them. */
export function formatReport(report: Report): string {
  const clock = report.clock === "gpu" ? "timestamps of the device" : "the page's clock, until the work is done";
  const blocks = [
    deviceLabel(report),
    `${report.runtime}, ${report.date}, timed by ${clock}`,
    formatRoofline(report.roofline),
    "",
    ...align(
      [COLUMNS.map(([title]) => title), ...report.rows.map((row) => COLUMNS.map(([, , cell]) => cell(row)))],
      COLUMNS.map(([, side]) => side),
    ),
    ...formatPadding(report),
    ...formatScaling(report),
    ...report.failures.map(({ name, shape, pass, message }) => `FAILED ${name} ${shape} ${pass}: ${message}`),
  ];
  return guarded(report, blocks.join("\n"));
}

function formatRoofline({ gflops, gflopsHalf, gbs, dispatchUs, submitUs, readbackUs }: Roofline): string {
  const half = gflopsHalf === null ? "" : ` (f16 ${formatRate(gflopsHalf)})`;
  return (
    `peak ${formatRate(gflops)} GFLOP/s${half}, copy ${formatRate(gbs)} GB/s, ` +
    `dispatch ${formatRate(dispatchUs)} µs, submission ${formatRate(submitUs)} µs, readback ${formatRate(readbackUs)} µs`
  );
}

function formatPadding(report: Report): string[] {
  const costs = paddingCosts(report);
  if (costs.length === 0) return [];
  const lines = costs.map(({ row, share }) => `  ${row.pass.padEnd(8)}  ${formatShare(share)}  ${row.shape}`);
  return ["", "time of a batch that is padding by half, against the full one:", ...lines];
}

function formatScaling(report: Report): string[] {
  const steps = doublings(report);
  if (steps.length === 0) return [];
  const rows = steps.map(({ dim, row, time, work }) => [
    dim,
    row.shape,
    formatMs(row.ms),
    time === null ? "" : `${time.toFixed(2)}x`,
    work === null ? "" : `${work.toFixed(2)}x`,
  ]);
  const sides = ["left", "left", "right", "right", "right"] as const;
  return ["", "cost of each doubling:", ...align([["", "shape", "ms", "time", "work"], ...rows], sides)];
}

/** Rows of cells as lines: every column as wide as its widest cell, two spaces between. */
export function align(rows: readonly (readonly string[])[], sides: readonly Side[]): string[] {
  const widths = sides.map((_, column) => Math.max(0, ...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) =>
    sides
      .map((side, column) => {
        const cell = row[column] ?? "";
        const width = widths[column] ?? 0;
        return side === "left" ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd(),
  );
}
