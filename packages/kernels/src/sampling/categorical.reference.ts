import { philoxReference } from "../dropout/philox.reference";

export interface CategoricalCall {
  readonly inverseTemperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly seedLow: number;
  readonly seedHigh: number;
  readonly stream: number;
  readonly draw: number;
}

/** Probabilities of the classes that the filters leave, zero for the others: sorted, cut, scaled to 1. */
export function filteredProbabilities(
  logits: ArrayLike<number>,
  { inverseTemperature, topK, topP }: Pick<CategoricalCall, "inverseTemperature" | "topK" | "topP">,
): number[] {
  const x = Array.from(logits);
  const highest = Math.max(...x);
  const kept = x.map((value) => value > -1e29);
  const sorted = [...x].sort((a, b) => b - a);
  const least = topK < x.length ? (sorted[topK - 1] as number) : Number.NEGATIVE_INFINITY;
  const weights = x.map((value, v) =>
    kept[v] && value >= least ? Math.exp((value - highest) * inverseTemperature) : 0,
  );
  const total = weights.reduce((a, b) => a + b, 0);
  if (topP < 1) {
    const order = weights.map((_, v) => v).sort((a, b) => (x[b] as number) - (x[a] as number));
    let mass = 0;
    let last = Number.POSITIVE_INFINITY;
    for (const v of order) {
      if (mass >= topP * total && (x[v] as number) < last) weights[v] = 0;
      else {
        mass += weights[v] as number;
        last = x[v] as number;
      }
    }
  }
  const left = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => (left > 0 ? weight / left : 0));
}

/** Lanes whose classes follow one another in the distribution function: those of v mod 64 = 0, then 1, and so on. */
const LANES = 64;

/** The class drawn of each row [R, V]. */
export function categoricalReference(logits: ArrayLike<number>, R: number, V: number, call: CategoricalCall): number[] {
  return Array.from({ length: R }, (_, row) => {
    const probabilities = filteredProbabilities(Array.from(logits).slice(row * V, (row + 1) * V), call);
    const counter = [0, call.stream, call.draw, row] as const;
    const u = ((philoxReference([...counter], [call.seedLow, call.seedHigh])[0] as number) >>> 8) * 2 ** -24;
    let sum = 0;
    let drawn = 0;
    for (let lane = 0; lane < LANES; lane++) {
      for (let v = lane; v < V; v += LANES) {
        const p = probabilities[v] as number;
        if (p > 0 && sum <= u) drawn = v;
        sum += p;
      }
    }
    return drawn;
  });
}
