import { exactMatch } from "@unroll/seq2seq";
import type { MakeLearner } from "../learning/learner";
import { attentionModel } from "../pairs/attention-model";
import { type Pair, type PairFacts, vocabulariesOf } from "../pairs/pair";
import { pairLearner } from "../pairs/pair-learner";
import type { PairBatch } from "../pairs/pair-part";

/** Which day is meant? */
export const datesLearner: MakeLearner<Pair, PairFacts, PairBatch> = (facts, settings, rng) => {
  const vocabularies = vocabulariesOf(facts);
  return pairLearner({
    model: attentionModel(vocabularies, settings, rng),
    ...{ vocabularies, settings, multiple: 4 },
    search: { beam: 3, maxLength: facts.longest },
    measure: (made, dates) => ({
      exactMatch: exactMatch(
        made,
        dates.map(({ targets }) => targets[0] ?? []),
      ),
    }),
  });
};
