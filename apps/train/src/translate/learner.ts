import { tensor } from "@unroll/nn";
import { sacreBleu } from "@unroll/seq2seq";
import type { Learner, MakeLearner } from "../learning/learner";
import { exampleOf, type PairExample } from "../pairs/examples";
import { type Pair, type PairFacts, type PairVocabularies, vocabulariesOf } from "../pairs/pair";
import { type PairBatch, PairPart } from "../pairs/pair-part";
import { type Made, type PairSearch, searchPairs } from "../pairs/search-pairs";
import { type ModelName, translationModel } from "./models";

export type TranslateFacts = PairFacts & { model: ModelName };

/** BLEU of a part by the search that made the translations, from 0 to 100. */
export type SearchScores = { greedy: number; beam: number };

/** What is told of a part that is scored. */
export type TranslateDetail = { bleu: SearchScores; examples: PairExample[] };

/** K */
export const BEAM = 5;
/** Pairs that are shown. */
const SHOWN = 6;
/** Lengths are rounded up to a multiple of this, so that few shapes, and so few plans, occur. */
const MULTIPLE = 2;

/** Translates; the loss of a target's word chooses the weights to keep, and BLEU is what `detail` tells. */
export const translateLearner: MakeLearner<Pair, TranslateFacts, PairBatch> = (facts, settings, rng) => {
  const vocabularies = vocabulariesOf(facts);
  const model = translationModel(facts.model, vocabularies, settings, rng);

  const lossOf = ({ source, target }: PairBatch, labelSmoothing: number) =>
    model.loss(
      {
        source: tensor(source.data, { shape: source.shape }),
        sourceLengths: source.lengths,
        target: tensor(target.data, { shape: target.shape }),
        targetLengths: target.lengths,
      },
      { labelSmoothing },
    );

  const learner: Learner<Pair, PairBatch> = {
    model,
    monitor: { metric: "loss", better: "lower" },
    part: (pairs) => new PairPart(pairs, { vocabularies, size: settings.batch, multiple: MULTIPLE }),
    loss: (batch) => lossOf(batch, settings.labelSmoothing),

    async score(part) {
      let [total, count] = [0, 0];
      for (const batch of part.batches()) {
        const words = batch.target.lengths.reduce((sum, length) => sum + length, 0);
        const loss = lossOf(batch, 0);
        total += words * (await loss.item());
        count += words;
        loss.dispose();
      }
      return { loss: total / count };
    },

    async detail(part): Promise<TranslateDetail> {
      const common = { maxLength: facts.longest };
      const search = (options: Pick<PairSearch, "beam" | "lengthPenalty" | "weights">) => (batch: PairBatch) =>
        searchPairs(model, vocabularies, batch, { ...common, ...options });
      const greedy = search({ beam: 1 });
      const beam = search({ beam: BEAM, lengthPenalty: "average" });
      const pairs: Pair[] = [];
      const made: Record<keyof SearchScores, Made[]> = { greedy: [], beam: [] };
      for (const batch of part.batches()) {
        pairs.push(...batch.pairs);
        made.greedy.push(...(await greedy(batch)));
        made.beam.push(...(await beam(batch)));
      }
      const bleu = { greedy: bleuOf(made.greedy, pairs), beam: bleuOf(made.beam, pairs) };
      const attends = facts.model !== "none";
      const shown = examplesOf(pairs, vocabularies, search({ beam: BEAM, lengthPenalty: "average", weights: attends }));
      return { bleu, examples: await shown };
    },
  };
  return learner;
};

/** BLEU of words as they are: sentences are split already. */
function bleuOf(made: readonly Made[], pairs: readonly Pair[]): number {
  const text = (words: readonly string[]): string => words.join(" ");
  return sacreBleu(
    made.map(({ symbols }) => text(symbols)),
    pairs.map(({ targets }) => targets.map(text)),
    { tokenizer: "none" },
  ).score;
}

/** Some pairs from all over a part, with what was looked at. */
async function examplesOf(
  pairs: readonly Pair[],
  vocabularies: PairVocabularies,
  search: (batch: PairBatch) => Promise<Made[]>,
): Promise<PairExample[]> {
  const count = Math.min(SHOWN, pairs.length);
  const some = Array.from({ length: count }, (_, n) => pairs[Math.floor(((n + 0.5) * pairs.length) / count)] as Pair);
  const examples: PairExample[] = [];
  for (const batch of new PairPart(some, { vocabularies, size: count, multiple: MULTIPLE }).batches()) {
    const found = await search(batch);
    for (const [row, made] of found.entries()) examples.push(exampleOf(batch.pairs[row] as Pair, made));
  }
  return examples;
}
