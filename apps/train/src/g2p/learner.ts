import { phonemeErrorRate } from "@unroll/seq2seq";
import type { MakeLearner } from "../learning/learner";
import { attentionModel } from "../pairs/attention-model";
import { type Pair, type PairFacts, vocabulariesOf } from "../pairs/pair";
import { isSame, pairLearner } from "../pairs/pair-learner";
import type { PairBatch } from "../pairs/pair-part";

const BEAM = 5;

/** How is it said? */
export const g2pLearner: MakeLearner<Pair, PairFacts, PairBatch> = (facts, settings, rng) => {
  const vocabularies = vocabulariesOf(facts);
  return pairLearner({
    model: attentionModel(vocabularies, settings, rng),
    ...{ vocabularies, settings, multiple: 2, measure: pronunciationErrors },
    search: { beam: BEAM, maxLength: facts.longest },
  });
};

/** Shares of phonemes that are wrong, of the pronunciation that is nearest, and of words that are said like none of theirs. */
export function pronunciationErrors(made: readonly string[][], words: readonly Pair[]) {
  const { rate } = phonemeErrorRate(
    made,
    words.map(({ targets }) => targets),
  );
  const wrong = words.filter(({ targets }, n) => !targets.some((target) => isSame(target, made[n] ?? []))).length;
  return { phonemeError: 100 * rate, wordError: (100 * wrong) / words.length };
}
