import { type Report, type Row, rowKey } from "./report";
import { median, quantile, type Ratio, ratioOfMedians } from "./statistics";

/** A row beside the same row of an earlier run. */
export type Comparison = Ratio & {
  readonly now: Row;
  readonly before: Row;
  /** `slower` and `faster` where the whole interval lies beyond the threshold. */
  readonly verdict: "slower" | "faster" | "same";
};

/** Every row that both runs have, in this run's order: its time over the earlier one's. */
export function compareReports(now: Pick<Report, "rows">, before: Pick<Report, "rows">, threshold = 1.1): Comparison[] {
  const earlier = new Map(before.rows.map((row) => [rowKey(row), row]));
  return now.rows.flatMap((row) => {
    const old = earlier.get(rowKey(row));
    return old ? [compareRows(row, old, threshold)] : [];
  });
}

function compareRows(now: Row, before: Row, threshold: number): Comparison {
  const ratio = ratioOfMedians(now.samples, before.samples);
  const verdict = ratio.low > threshold ? "slower" : ratio.high < 1 / threshold ? "faster" : "same";
  return { ...ratio, now, before, verdict };
}

/** Runs of one build as one: every row with the samples of all. @param reports at least one */
export function mergeReports([first, ...others]: readonly [Report, ...Report[]]): Report {
  const rows = first.rows.map((row) => {
    const all = [row, ...others.flatMap(({ rows: own }) => own.filter((one) => rowKey(one) === rowKey(row)))];
    const samples = all.flatMap((one) => one.samples);
    const ms = median(samples);
    const scale = row.ms / ms;
    return {
      ...row,
      ms,
      spread: [quantile(samples, 0.1), quantile(samples, 0.9)] as [number, number],
      n: samples.length,
      gflops: row.gflops * scale,
      gbs: row.gbs * scale,
      roofline: row.roofline * scale,
      samples,
    };
  });
  return { ...first, rows, failures: [first, ...others].flatMap(({ failures }) => failures) };
}
