import { probationOf, type Series } from "./series";

/** Numbers that the network reads at each step. */
export const FEATURES = 7;
const DAY = 24 * 3600;
const WEEK = 7 * DAY;
/** Values further out than this many standard deviations are no further out: one of them must not outweigh all others. */
const FURTHEST = 8;

/** A series as the network sees it. */
export interface SeenSeries {
  /** Values with mean 0 and deviation 1 over the part that is taken to be usual. */
  values: Float64Array;
  /** [T − 1, 7]: what is known at each step, from which the next value is to be told. */
  inputs: Float32Array<ArrayBuffer>;
}

/**
 * At each step: the value, the one that stood a week before the next (a day before where there is no week), whether there
 * is one, and the time of day of the next as two waves.
 */
export function seen(series: Series): SeenSeries {
  const { seconds } = series;
  const values = standardized(series);
  const inputs = new Float32Array((values.length - 1) * FEATURES);
  const [first = 0] = seconds;
  let [day, week] = [0, 0]; // the last positions a day and a week before the next value
  for (let t = 0; t + 1 < values.length; t++) {
    const next = seconds[t + 1] ?? 0;
    while ((seconds[day + 1] ?? 0) <= next - DAY) day++;
    while ((seconds[week + 1] ?? 0) <= next - WEEK) week++;
    const isKnown = next - DAY >= first;
    const before = next - WEEK >= first ? values[week] : isKnown ? values[day] : 0;
    const angle = (2 * Math.PI * next) / DAY;
    const waves = [Math.sin(angle), Math.cos(angle), Math.sin(2 * angle), Math.cos(2 * angle)];
    inputs.set([values[t] ?? 0, before ?? 0, Number(isKnown), ...waves], t * FEATURES);
  }
  return { values, inputs };
}

function standardized(series: Series): Float64Array {
  const usual = series.values.slice(0, probationOf(series));
  const { mean, deviation } = spreadOf(usual);
  return Float64Array.from(series.values, (value) =>
    Math.max(-FURTHEST, Math.min(FURTHEST, (value - mean) / (deviation || 1))),
  );
}

/** Mean and standard deviation. */
export function spreadOf(values: ArrayLike<number>): { mean: number; deviation: number } {
  const numbers = Array.from(values);
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const squares = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / numbers.length) };
}
