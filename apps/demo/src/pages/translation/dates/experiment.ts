import { DatesInWords, Random, type WrittenDate } from "@unroll/data";
import { defineExperiment } from "../../../experiment/experiment";
import { batchOf, type Pair, vocabulariesOf } from "../../../pairs/pair";
import { pairRun } from "../../../pairs/pair-run";
import { trainer, translator } from "../model";
import { DATES, settings } from "./settings";

/** Streams of the seed, other than that of the training data. */
const [HELD_OUT, LETTERS] = [1, 2];
/** Dates of a step. */
const BATCH = 32;
/** Letters of 2024-03-04. */
const LONGEST = 10;

const pairOf = ({ text, iso }: WrittenDate): Pair => ({ source: [...text], target: [...iso] });

export const experiment = defineExperiment({
  settings,
  async create({ attention, dates: kind, cell, hidden, layers, lr }, { seed, rng, random }) {
    const dates = new DatesInWords(DATES[kind]);
    const vocabularies = vocabulariesOf(dates.draw(new Random(seed, LETTERS), 2000).map(pairOf));
    const model = translator({ attention, cell, hidden, layers, ...vocabularies, rng });
    const next = () => batchOf(dates.draw(random, BATCH).map(pairOf), vocabularies);
    const held = dates.draw(new Random(seed, HELD_OUT), 64, { part: "heldOut" }).map(pairOf);
    const training = trainer(model, { lr, next });
    await training.optimizer.explain(model.loss(batchOf(held.slice(0, BATCH), vocabularies))); // compiles a step
    return {
      model,
      ...training,
      ...pairRun(model, { vocabularies, held, longest: LONGEST, attends: attention !== "none" }),
    };
  },
});
