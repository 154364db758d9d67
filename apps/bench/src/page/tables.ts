import { compareReports } from "../compare";
import { formatBytes, formatMs, formatRate, formatShare } from "../format";
import { deviceLabel, guarded } from "../label";
import type { Report, Row } from "../report";
import { doublings, paddingCosts } from "../summaries";
import { element } from "./dom";

interface Column {
  readonly title: string;
  /** Whether it holds words, which stand at the left. */
  readonly isText?: boolean;
  readonly cell: (row: Row) => string;
}

const COLUMNS: readonly Column[] = [
  { title: "name", isText: true, cell: ({ name }) => name },
  { title: "shape", isText: true, cell: ({ shape }) => shape },
  { title: "pass", isText: true, cell: ({ pass }) => pass },
  { title: "ms", cell: ({ ms }) => formatMs(ms) },
  { title: "p10 to p90", cell: ({ spread: [low, high] }) => `${formatMs(low)} to ${formatMs(high)}` },
  { title: "n", cell: ({ n }) => String(n) },
  { title: "GFLOP/s", cell: ({ gflops }) => formatRate(gflops) },
  { title: "GB/s", cell: ({ gbs }) => formatRate(gbs) },
  { title: "roofline", cell: ({ roofline }) => formatShare(roofline) },
  { title: "dispatches", cell: ({ dispatches }) => String(dispatches) },
  { title: "submits", cell: ({ submits }) => String(submits) },
  { title: "buffers", cell: ({ buffers }) => String(buffers) },
  { title: "bind groups", cell: ({ bindGroups }) => String(bindGroups) },
  { title: "JS ms", cell: ({ jsMs }) => formatMs(jsMs) },
  { title: "first ms", cell: ({ firstMs }) => formatMs(firstMs) },
  { title: "memory", cell: ({ deviceBytes }) => formatBytes(deviceBytes) },
];

/** Every row of a run. */
export function rowsTable(report: Report): HTMLElement {
  const titles = COLUMNS.map(({ title, isText = false }) => ({ title, isText }));
  const rows = report.rows.map((row) => COLUMNS.map(({ cell }) => ({ text: cell(row) })));
  return table(report, countOf(report.rows.length), titles, rows);
}

/** "1 row", "12 rows" */
export function countOf(rows: number): string {
  return rows === 1 ? "1 row" : `${rows} rows`;
}

/** What a run's rows take beside those of another. */
export function comparisonTable(now: Report, before: Report): HTMLElement {
  const titles = [
    ...["name", "shape", "pass"].map((title) => ({ title, isText: true })),
    ...["ms", "before", "ratio", "95 % interval", ""].map((title) => ({ title, isText: false })),
  ];
  const rows = compareReports(now, before).map(({ now: row, before: old, ratio, low, high, verdict }) => [
    { text: row.name },
    { text: row.shape },
    { text: row.pass },
    { text: formatMs(row.ms) },
    { text: formatMs(old.ms) },
    { text: `${ratio.toFixed(2)}x` },
    { text: `${low.toFixed(2)} to ${high.toFixed(2)}` },
    { text: verdict === "same" ? "" : verdict, className: verdict },
  ]);
  return table(now, `against ${deviceLabel(before)}, ${before.date.slice(0, 10)}`, titles, rows);
}

/** What follows from some rows: padding that is skipped, sizes that double. Nothing where they were not measured. */
export function summaryTables(report: Report): HTMLElement[] {
  const padding = paddingCosts(report).map(({ row, share }) => [
    { text: row.shape },
    { text: row.pass },
    { text: formatShare(share) },
  ]);
  const scaling = doublings(report).map(({ dim, row, time, work }) => [
    { text: dim },
    { text: row.shape },
    { text: formatMs(row.ms) },
    { text: time === null ? "" : `${time.toFixed(2)}x` },
    { text: work === null ? "" : `${work.toFixed(2)}x` },
  ]);
  const text = (title: string) => ({ title, isText: true });
  const number = (title: string) => ({ title, isText: false });
  return [
    ...(padding.length > 0
      ? [
          table(
            report,
            "a batch that is padding by half, against the full one",
            [text("shape"), text("pass"), number("time")],
            padding,
          ),
        ]
      : []),
    ...(scaling.length > 0
      ? [
          table(
            report,
            "cost of each doubling",
            [text("size"), text("shape"), number("ms"), number("time"), number("work")],
            scaling,
          ),
        ]
      : []),
  ];
}

interface Title {
  readonly title: string;
  readonly isText: boolean;
}

interface Cell {
  readonly text: string;
  readonly className?: string;
}

function table(of: Report, what: string, titles: readonly Title[], rows: readonly (readonly Cell[])[]): HTMLElement {
  const caption = guarded(of, `${deviceLabel(of)}: ${what}`);
  const heads = titles.map(({ title, isText }) => element("th", { scope: "col", class: isText ? "text" : "" }, title));
  const lines = rows.map((cells) =>
    element(
      "tr",
      {},
      ...cells.map(({ text, className = "" }, column) =>
        element("td", { class: titles[column]?.isText ? `text ${className}` : className }, text),
      ),
    ),
  );
  // a region that scrolls by itself has to be reached by the keyboard
  return element(
    "div",
    { class: "scroll", role: "region", tabindex: 0, "aria-label": what },
    element(
      "table",
      {},
      element("caption", {}, element("span", { class: "caption" }, caption)),
      element("thead", {}, element("tr", {}, ...heads)),
      element("tbody", {}, ...lines),
    ),
  );
}
