import { excerpt, isRecord } from "../checks";
import { VocabularyMismatchError } from "../errors";

/** What can be compared: a vocabulary or a tokenizer, by what it writes as JSON. */
export interface Described {
  toJSON(): unknown;
}

/** The most differences that a message names. */
const MOST = 4;

/**
 * Asserts that two vocabularies (or tokenizers) give the same ids: that weights trained with one can be used with the
 * other.
 *
 * @param expected the one that the weights were trained with, such as `CharVocabulary.fromJSON(card.vocabulary)`
 * @throws VocabularyMismatchError that names what differs
 */
export function expectSameVocabulary(expected: Described, actual: Described): void {
  const differences = differencesOf(expected.toJSON(), actual.toJSON());
  if (differences.length === 0) return;
  const named = differences.slice(0, MOST);
  const more = differences.length > MOST ? `; and ${differences.length - MOST} more` : "";
  throw new VocabularyMismatchError({
    where: "expectSameVocabulary",
    expected: "the vocabulary that the weights were trained with",
    actual: `another: ${named.join("; ")}${more}`,
    remedy: "Encode with the vocabulary that was saved beside the weights, or train again with this one.",
    differences: named,
  });
}

function differencesOf(expected: unknown, actual: unknown): string[] {
  if (!isRecord(expected) || !isRecord(actual)) {
    return [`${excerpt(actual)} instead of ${excerpt(expected)}`].filter(() => expected !== actual);
  }
  const names = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  return names.flatMap((name) => {
    const [one, other] = [expected[name], actual[name]];
    if (Array.isArray(one) && Array.isArray(other)) return listDifferences(name, one, other);
    return JSON.stringify(one) === JSON.stringify(other)
      ? []
      : [`${name} is ${excerpt(other)} instead of ${excerpt(one)}`];
  });
}

function listDifferences(name: string, expected: readonly unknown[], actual: readonly unknown[]): string[] {
  const found: string[] = [];
  if (expected.length !== actual.length) found.push(`${actual.length} ${name} instead of ${expected.length}`);
  const [missing, added] = [lacking(expected, actual), lacking(actual, expected)];
  if (missing.length > 0) found.push(`${name} lacks ${listed(missing)}`);
  if (added.length > 0) found.push(`${name} has ${listed(added)} besides`);
  const at = expected.findIndex((item, index) => JSON.stringify(item) !== JSON.stringify(actual[index]));
  if (at >= 0 && at < actual.length) {
    found.push(`${name}[${at}] is ${excerpt(actual[at])} instead of ${excerpt(expected[at])}`);
  }
  return found;
}

function lacking(items: readonly unknown[], others: readonly unknown[]): string[] {
  const known = new Set(others.map((item) => JSON.stringify(item)));
  return items.map((item) => JSON.stringify(item)).filter((item) => !known.has(item));
}

function listed(items: readonly string[]): string {
  return items.slice(0, 3).join(", ") + (items.length > 3 ? ` and ${items.length - 3} more` : "");
}
