/** What a tensor's values are like; those that are not finite count in `nonFinite` and `count` alone. */
export interface TensorStatistics {
  readonly count: number;
  readonly mean: number;
  /** Standard deviation. */
  readonly deviation: number;
  /** Root of the sum of squares. */
  readonly norm: number;
  readonly least: number;
  readonly most: number;
  /** Share that is exactly 0. */
  readonly zeros: number;
  readonly nonFinite: number;
}

/** The statistics of some values, in float64. */
export function statisticsOf(values: ArrayLike<number>): TensorStatistics {
  let [finite, sum, squares, zeros] = [0, 0, 0, 0];
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    finite++;
    sum += value;
    squares += value * value;
    if (value === 0) zeros++;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const mean = finite > 0 ? sum / finite : Number.NaN;
  let spread = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isFinite(value)) spread += (value - mean) ** 2;
  }
  return {
    count: values.length,
    mean,
    deviation: finite > 0 ? Math.sqrt(spread / finite) : Number.NaN,
    norm: Math.sqrt(squares),
    least: finite > 0 ? least : Number.NaN,
    most: finite > 0 ? most : Number.NaN,
    zeros: finite > 0 ? zeros / finite : Number.NaN,
    nonFinite: values.length - finite,
  };
}
