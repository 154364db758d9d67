import { formatMs, formatRate, formatShare } from "../format";
import { type Report, type Row, rowKey } from "../report";

/** What a chart can show of a row. `full` is what a whole bar stands for at least. */
export const METRICS = {
  roofline: { title: "Share of the roofline", of: ({ roofline }: Row) => roofline, text: formatShare, full: 1 },
  gflops: { title: "GFLOP/s", of: ({ gflops }: Row) => gflops, text: formatRate, full: 0 },
  gbs: { title: "GB/s", of: ({ gbs }: Row) => gbs, text: formatRate, full: 0 },
  ms: { title: "Milliseconds", of: ({ ms }: Row) => ms, text: formatMs, full: 0 },
} as const;

export type Metric = keyof typeof METRICS;

export const metricNames = Object.keys(METRICS) as Metric[];

export interface Bar {
  /** Which run it is of. */
  readonly run: "now" | "before";
  readonly text: string;
  /** From 0 to 1, of the whole. */
  readonly length: number;
}

/** The bars of one row: its own, and that of the run it is compared with. */
export interface BarGroup {
  readonly label: string;
  readonly bars: readonly Bar[];
}

/** The bars of a run by a metric, beside those of another if there is one. The longest is 1, or all of the roofline. */
export function barGroups(now: Pick<Report, "rows">, before: Pick<Report, "rows"> | null, metric: Metric): BarGroup[] {
  const { of, text, full } = METRICS[metric];
  const earlier = new Map((before?.rows ?? []).map((row) => [rowKey(row), row]));
  const values = now.rows.map((row) => {
    const old = earlier.get(rowKey(row));
    return { label: rowKey(row), now: of(row), before: old ? of(old) : null };
  });
  const longest = Math.max(...values.flatMap((value) => [value.now, value.before ?? 0]), full, Number.MIN_VALUE);
  return values.map((value) => {
    const bar = (run: Bar["run"], of: number): Bar => ({ run, text: text(of), length: of / longest });
    return {
      label: value.label,
      bars: [bar("now", value.now), ...(value.before === null ? [] : [bar("before", value.before)])],
    };
  });
}
