/** Logits [B, T, C] and what CTC should say of them: the sum over all paths, one by one. */
export interface CTCExample {
  readonly T: number;
  readonly C: number;
  readonly blank: number;
  readonly targets: readonly (readonly number[])[];
  readonly inputLengths: readonly number[];
}

/** ln Σ e^x; −∞ of nothing. */
export function logSum64(values: readonly number[]): number {
  const highest = Math.max(...values);
  if (highest === Number.NEGATIVE_INFINITY) return highest;
  return highest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - highest), 0));
}

export function logSoftmax64(frame: readonly number[]): number[] {
  const z = logSum64(frame);
  return frame.map((x) => x - z);
}

/** ln of the probability of every labelling of `frames`, by the labels joined with commas. */
export function labellings(frames: readonly (readonly number[])[], blank: number): Map<string, number> {
  const [T, C] = [frames.length, frames[0]?.length ?? 0];
  const paths = new Map<string, number[]>();
  for (let n = 0; n < C ** T; n++) {
    const path = Array.from({ length: T }, (_, t) => Math.floor(n / C ** t) % C);
    const labels = path.filter((c, t) => c !== blank && c !== path[t - 1]).join();
    const logProbability = path.reduce((sum, c, t) => sum + (frames[t]?.[c] as number), 0);
    paths.set(labels, [...(paths.get(labels) ?? []), logProbability]);
  }
  return new Map([...paths].map(([labels, values]) => [labels, logSum64(values)]));
}

/** −ln p of each row's target; +∞ where no path says it. */
export function ctcLosses64(logits: ArrayLike<number>, { T, C, blank, targets, inputLengths }: CTCExample): number[] {
  return targets.map((target, b) => {
    const frames = Array.from({ length: inputLengths[b] as number }, (_, t) =>
      logSoftmax64(Array.from({ length: C }, (_, c) => logits[(b * T + t) * C + c] as number)),
    );
    return -(labellings(frames, blank).get(target.join()) ?? Number.NEGATIVE_INFINITY);
  });
}
