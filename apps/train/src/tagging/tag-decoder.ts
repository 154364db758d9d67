/** What a tag may follow: those that go on with a span, only the begin of one of their type or another of themselves. */
interface TagRule {
  readonly name: string;
  /** Ids of the tags before it; null where any may be, and a sentence may begin with it. */
  readonly after: readonly number[] | null;
}

/**
 * The best row of tags in the scheme BIO: of all rows in which each I-type follows B-type or I-type, that with the largest
 * sum of scores Σ_t s_t(tag_t), found step by step (Viterbi 1967):
 *   best_t(j) = s_t(j) + max_{i that j may follow} best_{t−1}(i)
 * With the logits of a softmax at each step as scores, it is the most probable of those rows.
 */
export class TagDecoder {
  readonly #rules: readonly TagRule[];

  /** @param names the tags by their ids: O, B-type and I-type */
  constructor(names: readonly string[]) {
    this.#rules = names.map((name) => {
      if (!name.startsWith("I-")) return { name, after: null };
      const type = name.slice(2);
      return { name, after: [`B-${type}`, name].map((before) => names.indexOf(before)).filter((id) => id >= 0) };
    });
  }

  /** @param scores of each tag at each step, [T, V] @returns a tag for each of T steps */
  decode(scores: ArrayLike<number>, T: number): string[] {
    const V = this.#rules.length;
    const from = new Int32Array(T * V); // the tag before, on the best way to each
    let best = new Float64Array(V);
    for (let t = 0; t < T; t++) {
      const any = largest(best);
      const next = new Float64Array(V);
      for (const [tag, { after }] of this.#rules.entries()) {
        const before = after === null ? any : t === 0 ? -1 : largest(best, after);
        from[t * V + tag] = before;
        const way = before < 0 ? Number.NEGATIVE_INFINITY : t === 0 ? 0 : (best[before] ?? 0);
        next[tag] = way + (scores[t * V + tag] ?? 0);
      }
      best = next;
    }
    const tags: string[] = [];
    for (let t = T - 1, tag = largest(best); t >= 0; t--) {
      tags.unshift(this.#rules[tag]?.name ?? "");
      tag = from[t * V + tag] ?? 0;
    }
    return tags;
  }
}

/** The position of the largest of some values, the first of equals; −1 of none. */
function largest(values: ArrayLike<number>, among: readonly number[] | Iterable<number> = indices(values)): number {
  let found = -1;
  for (const at of among) if (found < 0 || (values[at] ?? 0) > (values[found] ?? 0)) found = at;
  return found;
}

function* indices({ length }: ArrayLike<number>): Generator<number> {
  for (let at = 0; at < length; at++) yield at;
}
