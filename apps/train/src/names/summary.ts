import type { NameItem } from "./dataset";
import type { Scores } from "./outcome";

/** How a model did on a part of the names, language by language. */
export interface Summary {
  accuracy: number;
  /** Mean cross-entropy in nats. */
  loss: number;
  count: number;
  /** Of each language: the share of its names that were told right, null where it has none, and how many it has. */
  perClass: Record<string, { accuracy: number | null; count: number }>;
}

/** Counts what a model told right. */
export function summarize(languages: readonly string[], items: readonly NameItem[], scores: Scores): Summary {
  const matrix = confusionCounts(languages.length, items, scores.predicted);
  const perClass: Summary["perClass"] = {};
  for (const [index, language] of languages.entries()) {
    const row = matrix[index] ?? [];
    const count = row.reduce((sum, value) => sum + value, 0);
    perClass[language] = { accuracy: count === 0 ? null : (row[index] ?? 0) / count, count };
  }
  return { accuracy: scores.accuracy, loss: scores.loss, count: items.length, perClass };
}

/** counts[t][p]: how many names of language t were taken for one of p. */
export function confusionCounts(
  languages: number,
  items: readonly NameItem[],
  predicted: readonly number[],
): number[][] {
  const counts = Array.from({ length: languages }, () => new Array<number>(languages).fill(0));
  for (const [row, { language }] of items.entries()) {
    const line = counts[language];
    const guess = predicted[row];
    if (line && guess !== undefined) line[guess] = (line[guess] ?? 0) + 1;
  }
  return counts;
}
