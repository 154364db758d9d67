import { Random, taggedSentences } from "@unroll/data";
import { ValueError } from "@unroll/kernels";
import { argmax, evaluate, softmax, type Tensor, tensor } from "@unroll/nn";
import { defineExperiment } from "../../experiment/experiment";
import { type Tagger, TwoReaders, trainer } from "./model";
import { type Scores, scoresOf } from "./scores";
import { batchOf, idOf, type Layer, language, MOST_WORDS } from "./sentences";
import { settings } from "./settings";

/** Another stream of the seed than that of the training data. */
const HELD_OUT = 1;

/** Of each layer the probability of each tag of each word. */
export type Reading = Readonly<Record<Layer, number[][]>>;
export type OfBoth<Something> = { readonly forwards: Something; readonly bothWays: Something };

export const experiment = defineExperiment({
  settings,
  create({ lr, ...sizes }, { seed, rng, random }) {
    const model = new TwoReaders(sizes, rng);
    const held = taggedSentences(new Random(seed, HELD_OUT), { count: 96 });
    const { words, lengths, shape } = batchOf(held);

    const scored = async (tagger: Tagger): Promise<Scores> => {
      const logits = tagger.forward(tensor(words, { shape }), lengths);
      const classes = await read(logits, argmax);
      const steps = shape[1] ?? 0;
      const tags = (layer: Layer) =>
        held.map((sentence, row) =>
          sentence.words.map((_, at) => language[layer][classes[layer][row * steps + at] ?? 0] ?? ""),
        );
      return scoresOf({ pos: tags("pos"), entities: tags("entities"), slots: tags("slots") }, held);
    };

    const tagged = async (tagger: Tagger, sentence: readonly string[]): Promise<Reading> => {
      const ids = tensor(Int32Array.from(sentence, idOf), { shape: [1, sentence.length] });
      const all = await read(tagger.forward(ids), softmax);
      const rows = (layer: Layer) => {
        const width = language[layer].length;
        return sentence.map((_, at) => all[layer].slice(at * width, (at + 1) * width));
      };
      return { pos: rows("pos"), entities: rows("entities"), slots: rows("slots") };
    };

    return {
      model,
      ...trainer(model, { lr, random }),
      /** The share of words of which the model that reads both ways gets all tags right. */
      score: async () => (await scored(model.bothWays)).words,
      /** @param sentence its words */
      async ask(sentence: readonly string[]): Promise<OfBoth<Reading>> {
        expectWords(sentence);
        return {
          forwards: await tagged(model.forwards, sentence),
          bothWays: await tagged(model.bothWays, sentence),
        };
      },
      async picture(): Promise<OfBoth<Scores>> {
        return { forwards: await scored(model.forwards), bothWays: await scored(model.bothWays) };
      },
      exported: {
        inputs: { words: { shape: ["batch", "time"], dtype: "i32" } },
        forward: ({ words }) => words && model.bothWays.forward(words),
      },
    };
  },
});

/** Values of what is made of each layer's logits. */
async function read(logits: Record<Layer, Tensor>, make: (x: Tensor) => Tensor): Promise<Record<Layer, number[]>> {
  const made = { pos: make(logits.pos), entities: make(logits.entities), slots: make(logits.slots) };
  await evaluate(Object.values(made));
  const [pos = [], entities = [], slots = []] = await Promise.all(
    [made.pos, made.entities, made.slots].map(async (each) => Array.from(await each.data())),
  );
  for (const each of Object.values(made)) each.dispose();
  return { pos, entities, slots };
}

function expectWords(words: readonly string[]): void {
  if (words.length > 0 && words.length <= MOST_WORDS) return;
  throw new ValueError({
    where: "tagging",
    what: "the sentence",
    expected: `of 1 to ${MOST_WORDS} words`,
    received: `one of ${words.length}`,
  });
}
