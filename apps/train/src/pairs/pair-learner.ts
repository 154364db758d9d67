import { tensor } from "@unroll/nn";
import type { EncoderDecoder } from "@unroll/seq2seq";
import type { Learner } from "../learning/learner";
import type { Settings } from "../training/settings";
import { exampleOf, type PairDetail } from "./examples";
import type { Pair, PairVocabularies } from "./pair";
import { type PairBatch, PairPart } from "./pair-part";
import { type Made, type PairSearch, searchPairs } from "./search-pairs";

/** What tells one task of pairs from another. */
export interface PairLearnerDefinition<S> {
  model: EncoderDecoder<S>;
  vocabularies: PairVocabularies;
  settings: Pick<Settings, "batch" | "labelSmoothing">;
  /** Lengths are rounded up to a multiple of this. */
  multiple: number;
  search: PairSearch;
  /** What the sequences that were made are scored, by name; they are in the order of the pairs. */
  measure(made: readonly string[][], pairs: readonly Pair[]): Readonly<Record<string, number>>;
}

/** Pairs that are scored after each epoch. */
const SAMPLED = 1000;
/** Pairs that are shown, with what the model looked at. */
const SHOWN = 6;

/** Learns to make sequences of sequences; `loss` is that of a target's symbol, and `accuracy` the share made right to the last. */
export function pairLearner<S>(definition: PairLearnerDefinition<S>): Learner<Pair, PairBatch> {
  const { model, vocabularies, settings, multiple, search, measure } = definition;
  const { batch: size, labelSmoothing } = settings;
  const partOf = (pairs: readonly Pair[]) => new PairPart(pairs, { vocabularies, size, multiple });

  const lossOf = ({ source, target }: PairBatch, smoothing: number) =>
    model.loss(
      {
        source: tensor(source.data, { shape: source.shape }),
        sourceLengths: source.lengths,
        target: tensor(target.data, { shape: target.shape }),
        targetLengths: target.lengths,
      },
      { labelSmoothing: smoothing },
    );

  return {
    model,
    monitor: { metric: "loss", better: "lower" },
    part: partOf,
    sample: (pairs) => spread(pairs, SAMPLED),
    loss: (batch) => lossOf(batch, labelSmoothing),

    async score(part, onScored) {
      let [total, count] = [0, 0];
      const made: string[][] = [];
      const pairs: Pair[] = [];
      for (const batch of part.batches()) {
        const loss = lossOf(batch, 0);
        const symbols = batch.target.lengths.reduce((sum, length) => sum + length, 0);
        total += symbols * (await loss.item());
        count += symbols;
        loss.dispose();
        for (const { symbols: found } of await searchPairs(model, vocabularies, batch, search)) made.push(found);
        pairs.push(...batch.pairs);
        onScored?.(pairs.length);
      }
      const right = pairs.filter(({ targets }, n) => targets.some((target) => isSame(target, made[n] ?? []))).length;
      return { loss: total / count, accuracy: right / pairs.length, ...measure(made, pairs) };
    },

    async detail(part): Promise<PairDetail> {
      const all = [...part.batches()].flatMap(({ pairs }) => pairs); // the shortest first
      const details: PairDetail = [];
      for (const batch of partOf(spread(all, SHOWN)).batches()) {
        const found: Made[] = await searchPairs(model, vocabularies, batch, { ...search, weights: true });
        for (const [row, made] of found.entries()) details.push(exampleOf(batch.pairs[row] as Pair, made));
      }
      return details;
    },
  };
}

export function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((symbol, at) => symbol === other[at]);
}

/** At most so many of some items, from all over them. */
export function spread<Item>(items: readonly Item[], most: number): readonly Item[] {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, n) => items[Math.floor(((n + 0.5) * items.length) / most)] as Item);
}
