import { type Candidate, CandidateHeap } from "./candidate-heap";

/** The ids of two neighbours that become one. */
export type Merge = readonly [left: number, right: number];

/** More ids than any vocabulary has, so that a pair of ids is one exact number. */
export const PAIR = 2 ** 24;

/** A word as the ids of its symbols, with how often it occurs. */
export interface Word {
  ids: number[];
  readonly count: number;
}

/**
 * Learns byte-pair encoding from words and how often each occurs: the most frequent pair of neighbours becomes one new
 * symbol, again and again (Sennrich, Haddow & Birch 2016, algorithm 1). Of equally frequent pairs, the one of smaller
 * ids comes first.
 *
 * Counts are kept up to date word by word, and a word is looked at only where a pair of its own is merged.
 *
 * @param words each as the ids of its symbols, with its count; changed in place
 * @param first the id of the first new symbol
 * @param options.merges the most merges learned
 * @param options.minCount pairs that occur less often are not merged
 */
export function learnMerges(
  words: readonly Word[],
  first: number,
  { merges: most, minCount }: { merges: number; minCount: number },
): Merge[] {
  const learned: Merge[] = [];
  const counts = new Map<number, number>();
  const places: Places = new Map(); // the words that have, or had, the pair
  const heap = new CandidateHeap<Candidate>();
  for (let changes = countedPairs(words, places), next = first; ; next++) {
    for (const [key, change] of changes) {
      const weight = (counts.get(key) ?? 0) + change;
      counts.set(key, weight);
      // Every change is pushed, so what the heap holds of older counts is passed over when it comes up.
      if (change !== 0 && weight >= minCount) heap.push({ weight, key });
    }
    const key = next - first < most ? topPair(heap, counts) : undefined;
    if (key === undefined) return learned;
    const [left, right] = [Math.floor(key / PAIR), key % PAIR];
    learned.push([left, right]);
    changes = new Map();
    for (const index of places.get(key) ?? []) {
      const word = words[index];
      if (word) mergeInWord(word, index, [left, right, next], changes, places);
    }
    places.delete(key);
  }
}

/** The most frequent pair whose count is still true. */
function topPair(heap: CandidateHeap<Candidate>, counts: ReadonlyMap<number, number>): number | undefined {
  for (let top = heap.pop(); top; top = heap.pop()) if (counts.get(top.key) === top.weight) return top.key;
  return undefined;
}

type Places = Map<number, Set<number>>;

function countedPairs(words: readonly Word[], places: Places): Map<number, number> {
  const counts = new Map<number, number>();
  for (const [index, { ids, count }] of words.entries()) {
    for (let at = 1; at < ids.length; at++)
      note(counts, (ids[at - 1] ?? 0) * PAIR + (ids[at] ?? 0), count, places, index);
  }
  return counts;
}

/** Adds to the count of a pair, and remembers the word that has it. */
function note(counts: Map<number, number>, key: number, change: number, places: Places, word: number): void {
  counts.set(key, (counts.get(key) ?? 0) + change);
  const known = places.get(key);
  if (known) known.add(word);
  else if (change > 0) places.set(key, new Set([word]));
}

/** Merges a pair wherever it occurs in a word, from the left, and notes which pairs became rarer and more frequent. */
function mergeInWord(
  word: Word,
  index: number,
  [left, right, merged]: readonly [number, number, number],
  changes: Map<number, number>,
  places: Places,
): void {
  const { ids, count } = word;
  const after: number[] = [];
  const change = (a: number | undefined, b: number | undefined, by: number): void =>
    note(changes, (a ?? 0) * PAIR + (b ?? 0), by, places, index);
  let behindMerged = false;
  for (let at = 0; at < ids.length; at++) {
    const isPair = ids[at] === left && ids[at + 1] === right;
    // A pair of old neighbours is gone if one of the two was merged.
    if (at > 0 && (isPair || behindMerged)) change(ids[at - 1], ids[at], -count);
    behindMerged = isPair;
    after.push(isPair ? merged : (ids[at] ?? 0));
    if (!isPair) continue;
    change(left, right, -count);
    at++;
  }
  if (after.length === ids.length) return;
  for (let at = 1; at < after.length; at++) {
    if (after[at - 1] === merged || after[at] === merged) change(after[at - 1], after[at], count);
  }
  word.ids = after;
}
