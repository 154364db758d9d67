import { Random, splitByHash } from "@unroll/data";
import { defineExperiment } from "../../../experiment/experiment";
import { batchOf, type Pair, vocabulariesOf } from "../../../pairs/pair";
import { pairRun } from "../../../pairs/pair-run";
import { trainer, translator } from "../model";
import { parsePairs } from "./parse";
import { settings } from "./settings";

/** Pairs of a step. */
const BATCH = 32;
/** Pairs that it is scored with at most. */
const MOST_HELD = 64;
/** Another stream of the seed than that of the training data. */
const CHOSEN = 1;

export const experiment = defineExperiment({
  settings,
  async create({ attention, unit, cell, hidden, layers, lr, pairs: text }, { seed, rng, random }) {
    const pairs = parsePairs(text, unit);
    const { train, held } = split(pairs, seed);
    const vocabularies = vocabulariesOf(pairs);
    const model = translator({ attention, cell, hidden, layers, ...vocabularies, rng });
    const next = () =>
      batchOf(
        Array.from({ length: BATCH }, () => train[random.below(train.length)] as Pair),
        vocabularies,
      );
    const longest = pairs.reduce((most, { target }) => Math.max(most, target.length), 1);
    const training = trainer(model, { lr, next });
    await training.optimizer.explain(model.loss(batchOf(pairs.slice(0, BATCH), vocabularies))); // compiles a step
    return {
      model,
      ...training,
      ...pairRun(model, { vocabularies, held, longest, attends: attention !== "none" }),
    };
  },
});

/** A tenth is held out, by a hash of what is translated; where that is none, it is scored with what it learns from. */
function split(pairs: readonly Pair[], seed: number): { train: readonly Pair[]; held: readonly Pair[] } {
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
  if (rows.held.length === 0 || rows.train.length === 0) return { train: pairs, held: some(pairs) };
  return { train: pick(rows.train), held: some(pick(rows.held)) };
}
