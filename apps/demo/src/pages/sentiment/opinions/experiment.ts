import { opinionStrength, opinions, Random, TaskError } from "@unroll/data";
import type { Tensor } from "@unroll/nn";
import { defineExperiment } from "../../../experiment/experiment";
import { encode, makeModel, trainer } from "./model";
import { settings } from "./settings";
import { LONGEST } from "./words";

/** Another stream of the seed than that of the training data. */
const HELD_OUT = 1;
const HELD = 256;

/** A sentence, and how likely it is praise after each of its words. */
export interface Reading {
  readonly words: readonly string[];
  readonly praise: readonly number[];
  /** Whether it is meant as praise; null where the grammar does not say. */
  readonly isPraise: boolean | null;
}

/** Much the same words, one after the other, that mean opposite things. */
const TELLING = [
  "the food was good",
  "the food was not good",
  "the coffee was extremely bad",
  "the coffee was not extremely bad",
  "the room was bad but the food was great",
  "the room was bad although the food was great",
  "i loved the view and the bed was slightly dull",
  "i liked the view and the bed was extremely dull",
].map((sentence) => sentence.split(" "));

export const experiment = defineExperiment({
  settings,
  create({ direction, lr, ...cell }, { seed, rng, random }) {
    const model = makeModel({ ...cell, direction: direction === "forward" ? "forward" : "bidirectional" }, rng);
    const held = opinions(new Random(seed, HELD_OUT), { count: HELD });
    /** What the model makes of each beginning of each sentence: all beginnings are rows of one batch. */
    const read = async (sentences: readonly (readonly string[])[]): Promise<Reading[]> => {
      const beginnings = sentences.flatMap((words) =>
        // as many rows for every sentence, so that one plan serves them all
        Array.from({ length: LONGEST }, (_, at) => words.slice(0, at + 1)),
      );
      const { x, lengths } = encode(beginnings);
      const probabilities = await model.probabilities(x, { lengths });
      return sentences.map((words, row) => ({
        words,
        praise: words.map((_, at) => probabilities[row * LONGEST + at]?.[1] ?? 0),
        isPraise: meaningOf(words),
      }));
    };
    return {
      model,
      ...trainer(model, { lr, random }),
      /** The share of new sentences that it takes as they are meant. */
      async score() {
        const { x, lengths } = encode(held.map(({ words }) => words));
        const said = await model.predict(x, { lengths });
        return said.filter((one, row) => one === held[row]?.label).length / HELD;
      },
      picture: () => read(TELLING),
      /** @param words of one sentence; those that it has never seen are all the same to it */
      async ask(words: readonly string[]) {
        const [reading] = await read([words.slice(0, LONGEST)]);
        return reading ?? null;
      },
      exported: {
        inputs: { words: { shape: ["batch", "time"], dtype: "i32" }, lengths: { shape: ["batch"], dtype: "u32" } },
        forward: ({ words, lengths }) => model.forward(words as Tensor, { lengths: lengths as Tensor }),
      },
    };
  },
});

/** Null where the sentence is none of the grammar, or says neither. */
function meaningOf(words: readonly string[]): boolean | null {
  try {
    const strength = opinionStrength(words);
    return strength === 0 ? null : strength > 0;
  } catch (error) {
    if (error instanceof TaskError) return null;
    throw error;
  }
}
