import { type Candidate, CandidateHeap } from "./candidate-heap";
import { type Merge, PAIR } from "./train";

/** The rank of each pair: pairs learned earlier are merged first. */
export function ranksOf(merges: readonly Merge[]): Map<number, number> {
  return new Map(merges.map(([left, right], rank) => [left * PAIR + right, rank]));
}

/** A pair of neighbours that may be merged: valid while its two symbols are still what they were. */
interface Place extends Candidate {
  at: number;
  left: number;
  right: number;
}

/**
 * Merges the symbols of one word, the earliest learned pair first and, of one pair, from the left. Symbols are a linked
 * list and candidates a heap, so that a word of n symbols costs n·log n, however long it is.
 *
 * @param symbols the ids of the word's characters or bytes
 * @param first the id of the first merged symbol: that of rank 0
 */
export function mergeSymbols(symbols: readonly number[], ranks: ReadonlyMap<number, number>, first: number): number[] {
  const ids = Int32Array.from(symbols); // −1 once merged into the symbol before
  const next = Int32Array.from(symbols, (_, at) => (at + 1 < symbols.length ? at + 1 : -1));
  const previous = Int32Array.from(symbols, (_, at) => at - 1);
  const heap = new CandidateHeap<Place>();
  const offer = (at: number): void => {
    const behind = next[at] ?? -1;
    if (at < 0 || behind < 0) return;
    const [left, right] = [ids[at] ?? -1, ids[behind] ?? -1];
    const rank = ranks.get(left * PAIR + right);
    if (rank !== undefined) heap.push({ weight: -rank, key: at, at, left, right });
  };
  for (let at = 0; at < ids.length; at++) offer(at);
  for (let place = heap.pop(); place; place = heap.pop()) {
    const { at, left, right, weight } = place;
    const behind = next[at] ?? -1;
    if (ids[at] !== left || behind < 0 || ids[behind] !== right) continue;
    ids[at] = first - weight;
    ids[behind] = -1;
    const after = next[behind] ?? -1;
    next[at] = after;
    if (after >= 0) previous[after] = at;
    offer(previous[at] ?? -1);
    offer(at);
  }
  return Array.from(ids).filter((id) => id >= 0);
}
