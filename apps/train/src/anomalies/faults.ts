import { Random, sineFaults } from "@unroll/data";
import type { LoadedData } from "../learning/define-learning-task";
import type { SeriesFacts } from "./data";
import { probationOf, type Series } from "./series";

const STEPS = 2016;
/** Seconds from one value to the next: 48 make a day, which is one wave. */
const INTERVAL = 1800;
const DAY = 48;
/** Steps before and after a fault that count as of it, as the windows of labelled series do. */
const AROUND = 40;

/** Six weeks of waves with faults in some, for when there are no series of measurements: some to learn from, others to score. */
export function faultySeries(): LoadedData<Series, SeriesFacts> {
  const series = waves(24);
  return { facts: {}, train: series.slice(0, 12), dev: series.slice(12) };
}

function waves(count: number): Series[] {
  const { inputs, faults } = sineFaults(new Random(0), { batchSize: count, steps: STEPS, period: DAY, noise: 0.1 });
  const all = Array.from({ length: count }, (_, row): Series => {
    const values = Array.from(inputs.subarray(row * STEPS, (row + 1) * STEPS));
    const fault = faults.find((each) => each.row === row);
    const windows: Series["windows"] = fault
      ? [[Math.max(0, fault.start - AROUND), Math.min(STEPS, fault.end + AROUND)]]
      : [];
    const seconds = values.map((_, t) => t * INTERVAL);
    return { name: `wave ${row + 1}${fault ? `, ${fault.kind}` : ""}`, seconds, values, windows };
  });
  // The start of a series is what it is like: it must be sound.
  return all.filter((series) => series.windows.every(([from]) => from > probationOf(series)));
}
