import { Random, splitByHash } from "@unroll/data";
import type { Pair } from "../../../pairs/pair";

/** Pairs that it is scored with at most. */
const MOST_HELD = 64;
/** Another stream of the seed than that of the training data. */
const CHOSEN = 1;

/** Pairs to learn from, and pairs to score with. */
export interface Parts {
  readonly train: readonly Pair[];
  readonly held: readonly Pair[];
  /** Whether those to score with are not learned from. */
  readonly isHeldOut: boolean;
}

/** A tenth is held out, by a hash of what is translated; where that is none, it is scored with what it learns from. */
export function split(pairs: readonly Pair[], seed: number): Parts {
  const rows = splitByHash(
    pairs.map(({ source }) => source.join(" ")),
    { train: 0.9, held: 0.1 },
    { salt: seed },
  );
  const pick = (part: Uint32Array): Pair[] => Array.from(part, (row) => pairs[row] as Pair);
  const some = <Item>(items: readonly Item[]): Item[] => {
    const order = new Random(seed, CHOSEN).permutation(items.length).subarray(0, MOST_HELD);
    return Array.from(order, (row) => items[row] as Item);
  };
  const isHeldOut = rows.held.length > 0 && rows.train.length > 0;
  if (!isHeldOut) return { train: pairs, held: some(pairs), isHeldOut };
  return { train: pick(rows.train), held: some(pick(rows.held)), isHeldOut };
}
