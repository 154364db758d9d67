import { softmax, tensor } from "@unroll/nn";
import { NameBatches } from "./batches";
import type { NameItem } from "./dataset";
import type { NameClassifier } from "./model";

/** How a model did on a list of names. */
export type Scores = {
  /** Mean cross-entropy in nats, without label smoothing. */
  loss: number;
  accuracy: number;
  /** The language it takes for the likeliest, name by name. */
  predicted: number[];
};

/** A language and how likely the model takes it to be. */
export type Guess = { language: number; probability: number };

const BATCH = 256;
/** What a probability of 0 counts as: the least positive float32, ln of which is −103. */
const LEAST = 2 ** -149;

/** The probabilities of each language for each name, in the order of the names: rows of V. Call it after `model.eval()`. */
async function probabilitiesOf(
  model: NameClassifier,
  batches: NameBatches,
  count: number,
): Promise<ArrayLike<number>[]> {
  const rowsOf: ArrayLike<number>[] = new Array(count);
  for (const { rows, x, lengths } of batches.of({ size: BATCH })) {
    const values = softmax(model.forward(tensor(x.data, { shape: x.shape }), lengths));
    const data = await values.data();
    values.dispose();
    const V = data.length / rows.length;
    for (const [n, row] of rows.entries()) rowsOf[row] = data.subarray(n * V, (n + 1) * V);
  }
  return rowsOf;
}

/** Scores names whose language is known. Call it after `model.eval()`. */
export async function scoreNames(model: NameClassifier, items: readonly NameItem[]): Promise<Scores> {
  return scorer(items)(model);
}

/** As `scoreNames`, for names that are scored again and again: they are encoded once. */
export function scorer(items: readonly NameItem[]): (model: NameClassifier) => Promise<Scores> {
  const batches = new NameBatches(items);
  return async (model) => {
    const probabilities = await probabilitiesOf(model, batches, items.length);
    const predicted = probabilities.map((row) => best(row));
    const right = items.filter(({ language }, n) => predicted[n] === language).length;
    const losses = items.map(({ language }, n) => -Math.log(Math.max(LEAST, probabilities[n]?.[language] ?? 0)));
    const loss = losses.reduce((sum, value) => sum + value, 0) / items.length;
    return { loss, accuracy: right / items.length, predicted };
  };
}

/** The likeliest languages of each name, likeliest first. Call it after `model.eval()`. */
export async function guessLanguages(
  model: NameClassifier,
  names: readonly string[],
  most: number,
): Promise<{ name: string; guesses: Guess[] }[]> {
  if (names.length === 0) return [];
  const batches = new NameBatches(names.map((name) => ({ name, language: 0 })));
  const probabilities = await probabilitiesOf(model, batches, names.length);
  return names.map((name, n) => ({
    name,
    guesses: Array.from(probabilities[n] ?? [], (probability, language) => ({ language, probability }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, most),
  }));
}

function best(row: ArrayLike<number>): number {
  let at = 0;
  for (let index = 1; index < row.length; index++) if ((row[index] ?? 0) > (row[at] ?? 0)) at = index;
  return at;
}
