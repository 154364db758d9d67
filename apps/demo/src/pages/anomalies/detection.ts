/** A series beside what was expected of each step, and where it is not as it should be. */
export interface Watched {
  readonly values: readonly number[];
  /** What the steps before led to expect; the first step is expected to be what it is. */
  readonly expected: readonly number[];
  readonly fault: Stretch | null;
}

/** From the first step up to but not including the last. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** After so few steps nobody could say where the wave is going: they count as regular. */
const WARM_UP = 6;
/** Alarms that are no farther apart are one; and one that comes so soon after a fault is still its. */
export const SETTLING = 8;
/** The share of an alarm that lies within the fault that it is of. */
const WITHIN = 0.5;
/** Thresholds that are tried for the best one. */
const TRIED = Array.from({ length: 199 }, (_, at) => (at + 1) / 200);

/** e_t = |x_t − x̂_t| */
export function errorsOf({ values, expected }: Watched): number[] {
  return values.map((value, step) => (step < WARM_UP ? 0 : Math.abs(value - (expected[step] ?? value))));
}

/** The least and the largest error of many series: what regularity is measured by. */
export function scaleOf(series: readonly Watched[]): { least: number; most: number } {
  const errors = series.flatMap((one) => errorsOf(one).slice(WARM_UP));
  return errors.reduce((scale, e) => ({ least: Math.min(scale.least, e), most: Math.max(scale.most, e) }), {
    least: Number.POSITIVE_INFINITY,
    most: 0,
  });
}

/** s_t = 1 − (e_t − min e) / (max e − min e), from 0 to 1 (Hasan et al. 2016): what is regular is near 1. */
export function regularityOf(series: Watched, { least, most }: { least: number; most: number }): number[] {
  const range = Math.max(most - least, 1e-9);
  return errorsOf(series).map((error) => Math.min(1, Math.max(0, 1 - (error - least) / range)));
}

/** Where regularity falls below a threshold. */
export function alarmsOf(regularity: readonly number[], threshold: number): Stretch[] {
  const alarms: { start: number; end: number }[] = [];
  for (const [step, value] of regularity.entries()) {
    if (value >= threshold) continue;
    const last = alarms.at(-1);
    if (last && step - last.end <= SETTLING) last.end = step + 1;
    else alarms.push({ start: step, end: step + 1 });
  }
  return alarms;
}

/**
 * Whether an alarm is of a fault: at least half of it lies within the fault and the settling after it. One that goes on and
 * on touches a fault too, but does not tell where it is.
 */
export function isOf(alarm: Stretch, fault: Stretch | null): boolean {
  if (fault === null) return false;
  const within = Math.min(alarm.end, fault.end + SETTLING) - Math.max(alarm.start, fault.start);
  return within >= WITHIN * (alarm.end - alarm.start);
}

export interface Verdict {
  /** The share of alarms that are of a fault; 1 where there is no alarm. */
  readonly precision: number;
  /** The share of faults that an alarm is of. */
  readonly recall: number;
  readonly f1: number;
  readonly alarms: number;
  readonly faults: number;
}

/** How good a threshold is, over series with the regularity of each. */
export function judge(
  series: readonly Watched[],
  regularity: readonly (readonly number[])[],
  threshold: number,
): Verdict {
  let [alarms, right, faults, found] = [0, 0, 0, 0];
  for (const [row, { fault }] of series.entries()) {
    const raised = alarmsOf(regularity[row] ?? [], threshold);
    const hits = raised.filter((alarm) => isOf(alarm, fault)).length;
    alarms += raised.length;
    right += hits;
    if (fault) faults++;
    if (hits > 0) found++;
  }
  const precision = alarms === 0 ? 1 : right / alarms;
  const recall = faults === 0 ? 1 : found / faults;
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { precision, recall, f1, alarms, faults };
}

/** A threshold, and how good it is. */
export interface Judged {
  readonly threshold: number;
  readonly verdict: Verdict;
}

const judged = new WeakMap<readonly Watched[], readonly Judged[]>();

/** What `judgeAll` makes of series, made once for the same ones. */
export function judgedOf(series: readonly Watched[]): readonly Judged[] {
  const known = judged.get(series) ?? judgeAll(series);
  judged.set(series, known);
  return known;
}

/** Every threshold that is tried, with how good it is. */
export function judgeAll(series: readonly Watched[]): Judged[] {
  const scale = scaleOf(series);
  const regularity = series.map((one) => regularityOf(one, scale));
  return TRIED.map((threshold) => ({ threshold, verdict: judge(series, regularity, threshold) }));
}

/** The middle of the thresholds of the best F1. */
export function bestOf(all: readonly Judged[]): number {
  const most = Math.max(...all.map(({ verdict }) => verdict.f1));
  const best = all.filter(({ verdict }) => verdict.f1 === most);
  return best[Math.floor(best.length / 2)]?.threshold ?? 0.5;
}
