import { DatesInWords, Random } from "@unroll/data";
import type { EncoderDecoder } from "@unroll/seq2seq";
import { defineExperiment } from "../../../experiment/experiment";
import { batchOf, isSame, vocabulariesOf } from "../../../pairs/pair";
import { exportedOf } from "../../../pairs/pair-run";
import { type Made, searchPairs } from "../../../pairs/search";
import { datePair, ISO_LENGTH } from "../date-pairs";
import { SideBySide, trainer } from "./model";
import { STYLES, settings } from "./settings";

/** Streams of the seed, other than that of the training data. */
const [HELD_OUT, LETTERS] = [1, 2];
const BATCH = 32;

/** How a kind of attention does. */
export interface Kind {
  readonly name: "No attention" | "Bahdanau" | "Luong";
  /** The share of dates that are right. */
  readonly right: number;
  readonly made: Made;
}

export const experiment = defineExperiment({
  settings,
  async create({ dates: length, cell, hidden, lr }, { seed, rng, random }) {
    const dates = new DatesInWords({ locales: ["en-GB"], styles: STYLES[length], firstYear: 1970, lastYear: 2029 });
    const vocabularies = vocabulariesOf(dates.draw(new Random(seed, LETTERS), 2000).map(datePair));
    const model = new SideBySide(vocabularies, { cell, hidden }, rng);
    const next = () => batchOf(dates.draw(random, BATCH).map(datePair), vocabularies);
    const held = dates.draw(new Random(seed, HELD_OUT), 32, { part: "heldOut" }).map(datePair);
    const kinds: readonly (readonly [Kind["name"], EncoderDecoder])[] = [
      ["No attention", model.none],
      ["Bahdanau", model.bahdanau],
      ["Luong", model.luong],
    ];
    const search = (translator: EncoderDecoder, sources: readonly (readonly string[])[], attends: boolean) =>
      searchPairs(translator, vocabularies, sources, { beam: 1, longest: ISO_LENGTH, attends });
    /** The share of dates that each kind has right, and what it makes of one. */
    const right = new Map<Kind["name"], number>();
    const measure = async () => {
      for (const [name, translator] of kinds) {
        const made = await search(
          translator,
          held.map(({ source }) => source),
          false,
        );
        const count = held.filter(({ target }, n) => isSame(target, made[n]?.symbols ?? [])).length;
        right.set(name, count / held.length);
      }
    };
    const compare = async (source: readonly string[]): Promise<Kind[]> => {
      if (right.size === 0) await measure();
      const all: Kind[] = [];
      for (const [name, translator] of kinds) {
        const [made] = (await search(translator, [source], translator !== model.none)) as [Made];
        all.push({ name, right: right.get(name) ?? 0, made });
      }
      return all;
    };
    const training = trainer(model, { lr, next });
    return {
      model,
      ...training,
      async score() {
        await measure();
        return [...right.values()].reduce((sum, share) => sum + share, 0) / right.size;
      },
      /** @param text a date in words */
      ask: (text: string) => compare([...text]),
      picture: () => compare(held[0]?.source ?? []),
      exported: exportedOf({ none: model.none, bahdanau: model.bahdanau, luong: model.luong }, true),
    };
  },
});
