import { spreadOf } from "./features";
import { probationOf, type Series } from "./series";

/** Steps over which errors are averaged: of a single one, noise decides. */
const SMOOTHING = 4;
/** How far above the usual an error is an alarm, in standard deviations of those of the usual part. */
const DEVIATIONS = 10;
/** Errors at the very start, before a detector has seen enough, say nothing of what is usual. */
const START = 20;
/** Steps that the moving average is taken over. */
const AVERAGED = 24;
/** Share of a series for which an alarm lasts, so that one event is one alarm. */
const QUIET = 0.02;

/** What came of the alarms of a series. */
export interface Detection {
  windows: number;
  /** Windows with an alarm in them. */
  found: number;
  alarms: number;
  /** Alarms in a window. */
  right: number;
}

/**
 * Raises alarms and compares them with the anomaly windows; what is usual is told from the start of the series alone,
 * where nothing is scored.
 * @param errors how far off each value was, for each of the series
 */
export function detect(series: Series, errors: ArrayLike<number>): Detection {
  const usual = probationOf(series);
  const alarms = alarmsOf(errors, usual);
  const windows = series.windows.filter(([, to]) => to > usual);
  const isIn = (alarm: number, [from, to]: [number, number]) => alarm >= from && alarm < to;
  return {
    windows: windows.length,
    found: windows.filter((window) => alarms.some((alarm) => isIn(alarm, window))).length,
    alarms: alarms.length,
    right: alarms.filter((alarm) => windows.some((window) => isIn(alarm, window))).length,
  };
}

/** Positions at which an alarm begins: the mean error of some steps is above a threshold, and was not for a while. */
export function alarmsOf(errors: ArrayLike<number>, usual: number): number[] {
  const levels = trailingMeans(errors, SMOOTHING);
  const { mean, deviation } = spreadOf(levels.slice(START, usual));
  const threshold = mean + DEVIATIONS * deviation;
  const quiet = Math.floor(QUIET * levels.length);
  const alarms: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (let t = usual; t < levels.length; t++) {
    if (!((levels[t] ?? 0) > threshold)) continue;
    if (t - last > quiet) alarms.push(t);
    last = t;
  }
  return alarms;
}

/** How far each value is from the mean of those before it: the detector that a network has to beat. */
export function movingAverageErrors(values: ArrayLike<number>): number[] {
  const means = trailingMeans(values, AVERAGED);
  return Array.from(values, (value, t) => (t === 0 ? 0 : Math.abs(value - (means[t - 1] ?? 0))));
}

/** The mean of up to `width` values that end at each. */
function trailingMeans(values: ArrayLike<number>, width: number): Float64Array {
  let sum = 0;
  return Float64Array.from(values, (value, t) => {
    sum += value - (t >= width ? (values[t - width] ?? 0) : 0);
    return sum / Math.min(width, t + 1);
  });
}

/** All detections together: precision is the share of alarms that are right, recall that of windows found. */
export function scoresOf(detections: readonly Detection[]): { precision: number; recall: number } {
  const sum = (count: (detection: Detection) => number) => detections.reduce((total, each) => total + count(each), 0);
  const [alarms, windows] = [sum((each) => each.alarms), sum((each) => each.windows)];
  return {
    precision: alarms === 0 ? 0 : sum(({ right }) => right) / alarms,
    recall: windows === 0 ? 0 : sum(({ found }) => found) / windows,
  };
}
