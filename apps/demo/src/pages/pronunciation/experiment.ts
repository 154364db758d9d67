import pronunciationsFile from "made:pronunciations.txt";
import { Random, splitByHash } from "@unroll/data";
import { defineExperiment } from "../../experiment/experiment";
import { fetchMade } from "../../experiment/made-file";
import { batchOf, type Pair, vocabulariesOf } from "../../pairs/pair";
import { pairRun } from "../../pairs/pair-run";
import { speaker, trainer } from "./model";
import { settings } from "./settings";

/** Words of a step, and words that it is scored with. */
const [BATCH, HELD] = [48, 96];
/** Another stream of the seed than that of the training data. */
const CHOSEN = 1;

export const experiment = defineExperiment({
  settings,
  async create({ letters, cell, hidden, layers, lr }, { seed, rng, random }) {
    const words = (await pronouncedWords()).filter(({ source }) => source.length <= letters);
    const rows = splitByHash(
      words.map(({ source }) => source.join("")),
      { train: 0.9, held: 0.1 },
      { salt: seed },
    );
    const order = new Random(seed, CHOSEN).permutation(rows.held.length).subarray(0, HELD);
    const held = Array.from(order, (at) => words[rows.held[at] as number] as Pair);
    const vocabularies = vocabulariesOf(words);
    const model = speaker({
      ...{ cell, hidden, layers, rng },
      ...{ letters: vocabularies.source, phonemes: vocabularies.target },
    });
    const next = () =>
      batchOf(
        Array.from({ length: BATCH }, () => words[rows.train[random.below(rows.train.length)] as number] as Pair),
        vocabularies,
      );
    const longest = words.reduce((most, { target }) => Math.max(most, target.length), 1);
    const training = trainer(model, { lr, next });
    return {
      model,
      ...training,
      ...pairRun(model, { vocabularies, held, longest, attends: true }),
    };
  },
});

/** Common words and their phonemes, which the build took from the CMU pronouncing dictionary. */
async function pronouncedWords(): Promise<Pair[]> {
  const text = await (await fetchMade(pronunciationsFile)).text();
  const lines = text.trim().split("\n");
  return lines.map((line) => {
    const [word = "", phonemes = ""] = line.split("\t");
    return { source: [...word], target: phonemes.split(" ") };
  });
}
