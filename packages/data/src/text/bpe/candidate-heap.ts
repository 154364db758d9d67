/** A candidate for merging. */
export interface Candidate {
  /** The larger, the sooner it is taken. */
  weight: number;
  /** Of equal weights, the smaller is taken first. */
  key: number;
}

/** A binary heap with the heaviest candidate on top. */
export class CandidateHeap<Item extends Candidate> {
  readonly #items: Item[] = [];

  push(item: Item): void {
    const items = this.#items;
    let at = items.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = items[parent] as Item;
      if (!isBefore(item, above)) break;
      items[at] = above;
      at = parent;
    }
    items[at] = item;
  }

  /** Takes the top; undefined where there is nothing more. */
  pop(): Item | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && isBefore(items[child + 1] as Item, items[child] as Item)) child++;
      const below = items[child] as Item;
      if (!isBefore(below, last)) break;
      items[at] = below;
      at = child;
    }
    items[at] = last;
    return top;
  }
}

function isBefore(one: Candidate, other: Candidate): boolean {
  return one.weight > other.weight || (one.weight === other.weight && one.key < other.key);
}
