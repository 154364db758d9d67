/**
 * The value below which a share `q` of the values lies, between two of them in proportion (type 7 of Hyndman & Fan 1996).
 * NaN of no values.
 */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The mean of the middle half: steadier than the median where a coarse clock gives few different values. NaN of none. */
export function middleMean(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  const middle = sorted.slice(cut, sorted.length - cut);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

/** A ratio of two medians, and the interval that holds it with 95 % confidence. */
export type Ratio = { ratio: number; low: number; high: number };

/**
 * How much slower `now` is than `before`: the ratio of medians, with the percentile interval of a bootstrap (Efron 1979).
 * The same samples give the same interval.
 */
export function ratioOfMedians(
  now: readonly number[],
  before: readonly number[],
  { resamples = 2000, confidence = 0.95, seed = 1 } = {},
): Ratio {
  const random = generator(seed);
  const drawn = (values: readonly number[]): number =>
    median(values.map(() => values[Math.floor(random() * values.length)] as number));
  const ratios = Array.from({ length: resamples }, () => drawn(now) / drawn(before));
  const tail = (1 - confidence) / 2;
  return { ratio: median(now) / median(before), low: quantile(ratios, tail), high: quantile(ratios, 1 - tail) };
}

/** Uniform in [0, 1): mulberry32. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
