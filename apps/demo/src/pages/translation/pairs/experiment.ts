import { defineExperiment } from "../../../experiment/experiment";
import { batchOf, type Pair, vocabulariesOf } from "../../../pairs/pair";
import { type PairPicture, pairRun } from "../../../pairs/pair-run";
import { trainer, translator } from "../model";
import { parsePairs } from "./parse";
import { settings } from "./settings";
import { split } from "./split";

/** Pairs of a step. */
const BATCH = 32;

/** What the model makes of a pair as it learns. */
export interface Picture extends PairPicture {
  /** Whether it is one that it does not learn from. */
  readonly isHeldOut: boolean;
}

export const experiment = defineExperiment({
  settings,
  async create({ attention, unit, cell, hidden, layers, lr, pairs: text }, { seed, rng, random }) {
    const pairs = parsePairs(text, unit);
    const { train, held, isHeldOut } = split(pairs, seed);
    const vocabularies = vocabulariesOf(pairs);
    const model = translator({ attention, cell, hidden, layers, ...vocabularies, rng });
    const next = () =>
      batchOf(
        Array.from({ length: BATCH }, () => train[random.below(train.length)] as Pair),
        vocabularies,
      );
    const longest = pairs.reduce((most, { target }) => Math.max(most, target.length), 1);
    const training = trainer(model, { lr, next });
    const run = pairRun(model, { vocabularies, held, longest, attends: attention !== "none" });
    return {
      model,
      ...training,
      ...run,
      picture: async (): Promise<Picture> => ({ ...(await run.picture()), isHeldOut }),
    };
  },
});
