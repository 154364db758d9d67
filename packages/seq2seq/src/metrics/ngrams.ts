import type { Symbols } from "./pairs";

/** How often each run of n symbols occurs, by a text that stands for it alone. */
export function ngramCounts(symbols: Symbols, n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let start = 0; start + n <= symbols.length; start++) {
    const key = JSON.stringify(symbols.slice(start, start + n));
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** n-grams of a hypothesis that a reference has too, each at most as often as the reference that has it most; and all. */
export function clippedMatches(
  hypothesis: Symbols,
  references: readonly Symbols[],
  n: number,
): { readonly matches: number; readonly total: number } {
  const counted = references.map((reference) => ngramCounts(reference, n));
  let [matches, total] = [0, 0];
  for (const [gram, count] of ngramCounts(hypothesis, n)) {
    matches += Math.min(count, Math.max(...counted.map((counts) => counts.get(gram) ?? 0)));
    total += count;
  }
  return { matches, total };
}
