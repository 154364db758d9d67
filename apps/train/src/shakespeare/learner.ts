import { CharVocabulary, type StreamBatch } from "@unroll/data";
import { LanguageModel, type ModelState, tensor } from "@unroll/nn";
import type { MakeLearner } from "../learning/learner";
import type { TextFacts } from "./data";
import { TextPart } from "./text-part";

/** How the texts that a trained model shows are drawn: three of them, each from the begin of a line. */
const SAMPLES = { rows: 3, length: 480, temperature: 0.8, seed: 1 } as const;

const batchOf = ({ inputs, targets, shape }: StreamBatch) => ({
  x: tensor(inputs, { shape }),
  y: tensor(targets, { shape }),
});

/** Which character comes next? */
export const shakespeareLearner: MakeLearner<string, TextFacts, StreamBatch, ModelState> = (facts, settings, rng) => {
  const vocabulary = CharVocabulary.fromJSON(facts.vocabulary);
  const { cell, hidden, layers, dropout, batch } = settings;
  const model = new LanguageModel({
    ...{ cell, layers, dropout, rng },
    vocabularySize: vocabulary.size,
    hiddenSize: hidden,
    outputDropout: dropout,
  });
  return {
    model,
    monitor: { metric: "loss", better: "lower" },
    part: (characters) => new TextPart(vocabulary.encode(characters.join("")), batch),
    loss: (chunk, state) => model.chunk(batchOf(chunk), state),
    async score(part) {
      const batches = Array.from(part.batches(), batchOf);
      return { loss: await model.evaluateLoss(batches, { carry: true }) };
    },
    async show() {
      const { rows, ...drawing } = SAMPLES;
      const first = vocabulary.encode(vocabulary.has("\n") ? "\n" : (vocabulary.characters[0] ?? ""));
      const prompts = Array.from({ length: rows }, () => first);
      const made = await model.generateRows(prompts, drawing);
      return made.map((ids) => vocabulary.decode(ids)).join("\n\n– – –\n\n");
    },
  };
};
