import { softmax, type Tensor, tensor } from "@unroll/nn";
import { type ClassBatch, classifier } from "../learning/classifier";
import type { MakeLearner } from "../learning/learner";
import { predictClasses } from "../learning/predict-classes";
import type { NameItem } from "./dataset";
import { NameClassifier } from "./model";
import type { Guess } from "./outcome";
import type { NamesFacts } from "./settings";
import { spell } from "./spelling";

/** The likeliest languages of a name that are shown. */
const GUESSES = 3;

/** Which language is a name from? Tells of each part the language that it takes each name for, and shows guesses for some. */
export const namesLearner: MakeLearner<NameItem, NamesFacts, ClassBatch<Tensor>> = (facts, settings, rng) => {
  const model = new NameClassifier(facts.languages.length, settings, rng);
  const spelled = (names: readonly string[], length?: number): Tensor => {
    const { data, shape } = spell(names, length);
    return tensor(data, { shape });
  };
  const learner = classifier<NameItem, Tensor>({
    model,
    forward: (x, lengths) => model.forward(x, lengths),
    lengthOf: ({ name }) => name.length,
    classOf: ({ language }) => language,
    encode: (items, length) =>
      spelled(
        items.map(({ name }) => name),
        length,
      ),
    batch: settings.batch,
    multiple: 4,
    labelSmoothing: settings.labelSmoothing,
  });
  return {
    ...learner,
    async detail(part) {
      const likeliest: number[] = [];
      for (const { x, lengths, y, rows } of part.batches()) {
        const { predicted } = await predictClasses(model.forward(x, lengths), tensor(y), y);
        for (const [n, row] of rows.entries()) likeliest[row] = predicted[n] ?? -1;
      }
      return likeliest;
    },
    async show() {
      const names = facts.examples.map(({ name }) => name);
      if (names.length === 0) return [];
      const lengths = Uint32Array.from(names, ({ length }) => length);
      const probabilities = softmax(model.forward(spelled(names), lengths));
      const data = await probabilities.data();
      probabilities.dispose();
      const V = facts.languages.length;
      return names.map((_, n) => guesses(data.subarray(n * V, (n + 1) * V)));
    },
  };
};

/** The likeliest languages, likeliest first. */
function guesses(probabilities: ArrayLike<number>): Guess[] {
  return Array.from(probabilities, (probability, language) => ({ language, probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, GUESSES);
}
