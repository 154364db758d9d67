import { DatesInWords, Random } from "@unroll/data";
import { defineExperiment } from "../../../experiment/experiment";
import { batchOf, vocabulariesOf } from "../../../pairs/pair";
import { pairRun } from "../../../pairs/pair-run";
import { datePair, ISO_LENGTH } from "../date-pairs";
import { trainer, translator } from "../model";
import { DATES, settings } from "./settings";

/** Streams of the seed, other than that of the training data. */
const [HELD_OUT, LETTERS] = [1, 2];
/** Dates of a step. */
const BATCH = 32;

export const experiment = defineExperiment({
  settings,
  async create({ attention, dates: kind, cell, hidden, layers, lr }, { seed, rng, random }) {
    const dates = new DatesInWords(DATES[kind]);
    const vocabularies = vocabulariesOf(dates.draw(new Random(seed, LETTERS), 2000).map(datePair));
    const model = translator({ attention, cell, hidden, layers, ...vocabularies, rng });
    const next = () => batchOf(dates.draw(random, BATCH).map(datePair), vocabularies);
    const held = dates.draw(new Random(seed, HELD_OUT), 64, { part: "heldOut" }).map(datePair);
    const training = trainer(model, { lr, next });
    return {
      model,
      ...training,
      ...pairRun(model, { vocabularies, held, longest: ISO_LENGTH, attends: attention !== "none" }),
    };
  },
});
