/** The activation of H units at each of T characters, 127 for 1: [T, H]. */
export interface Activations {
  readonly values: Int8Array;
  readonly units: number;
}

/** A unit and how closely it follows something: from −1, always the opposite, to 1. */
export interface Found {
  readonly unit: number;
  readonly correlation: number;
}

/**
 * Units that follow a feature most closely, by the size of their correlation with it over a text:
 *   r = Σ(a − ā)(f − f̄) / √(Σ(a − ā)²·Σ(f − f̄)²)
 * @param feature a number for each character
 * @returns none where the feature is the same throughout; units that never change are left out
 */
export function search({ values, units }: Activations, feature: ArrayLike<number>, most = 5): Found[] {
  const T = feature.length;
  const spread = deviations(T, (t) => feature[t] ?? 0);
  if (spread.norm === 0) return [];
  const found: Found[] = [];
  for (let unit = 0; unit < units; unit++) {
    const own = deviations(T, (t) => values[t * units + unit] ?? 0);
    if (own.norm === 0) continue;
    let sum = 0;
    for (let t = 0; t < T; t++) sum += (own.from[t] ?? 0) * (spread.from[t] ?? 0);
    found.push({ unit, correlation: sum / (own.norm * spread.norm) });
  }
  return found.sort((a, b) => Math.abs(b.correlation) - Math.abs(a.correlation)).slice(0, most);
}

function deviations(T: number, at: (t: number) => number): { from: Float64Array; norm: number } {
  const from = Float64Array.from({ length: T }, (_, t) => at(t));
  const mean = from.reduce((sum, value) => sum + value, 0) / T;
  let squares = 0;
  for (let t = 0; t < T; t++) {
    from[t] = (from[t] ?? 0) - mean;
    squares += (from[t] ?? 0) ** 2;
  }
  return { from, norm: Math.sqrt(squares) };
}
