import { type Fractions, plainName, splitByHash } from "@unroll/data";

/** One name and the position of its language in the data set's list. */
export interface NameItem {
  name: string;
  language: number;
}

/** Names by language as plain values, so that they can be sent to a page as JSON. */
export interface NameDataset {
  /** Ascending by name. */
  languages: string[];
  /** Language by language, in the order of the source. */
  items: NameItem[];
  /** How many names were left out because they cannot be written in the alphabet. */
  skipped: number;
  /** How many names were left out because their language had them already. */
  repeated: number;
}

/** The names of a language or the languages themselves are not what the task can learn from. */
export class NamesError extends Error {
  override readonly name = "NamesError";
}

/** How `makeDataset` treats the names it is given. */
export interface DatasetOptions {
  /** Drops a name that its language already has, upper and lower case alike; false when absent. */
  unique?: boolean;
  /** Drops languages with fewer names than this; 1 when absent. */
  minNames?: number;
  /** The languages to number by; those of the names, sorted, when absent. */
  languages?: readonly string[];
}

/**
 * Writes names by language in the alphabet and numbers their languages. A name that several languages share stays in each.
 *
 * @throws NamesError if nothing is left, or a language is not one of `options.languages`
 */
export function makeDataset(
  namesByLanguage: ReadonlyMap<string, Iterable<string>>,
  { unique = false, minNames = 1, languages }: DatasetOptions = {},
): NameDataset {
  let skipped = 0;
  let repeated = 0;
  const written = new Map<string, string[]>();
  for (const [language, raws] of namesByLanguage) {
    const names = Array.from(raws, plainName);
    const readable = names.filter((name) => name !== undefined);
    const kept = unique ? firstSpellings(readable) : readable;
    if (kept.length < minNames) continue;
    skipped += names.length - readable.length;
    repeated += readable.length - kept.length;
    written.set(language, kept);
  }
  const numbered = languages ?? [...written.keys()].sort();
  const strangers = [...written.keys()].filter((language) => !numbered.includes(language));
  if (strangers.length > 0) {
    throw new NamesError(
      `The names are of ${strangers.join(", ")}, but the model knows ${numbered.join(", ")}. ` +
        `Name each file after one of these, such as ${numbered[0]}.txt, or leave it out.`,
    );
  }
  const items = numbered.flatMap((language, index) =>
    (written.get(language) ?? []).map((name) => ({ name, language: index })),
  );
  if (items.length === 0) {
    throw new NamesError(
      `No language has ${minNames} or more names in Latin letters. Give one name per line, in a file per language.`,
    );
  }
  return { languages: [...numbered], items, skipped, repeated };
}

/**
 * Splits names by a hash of their spelling, upper and lower case alike: all copies of a spelling, of whatever language,
 * are in one part, so that no part knows a name of another, and new names move none.
 *
 * @param fractions such as `{ train: 0.9, test: 0.1 }`
 * @param salt another number gives an independent split
 */
export function splitNames<Part extends string>(
  items: readonly NameItem[],
  fractions: Fractions<Part>,
  { salt = 0 }: { salt?: number } = {},
): Record<Part, NameItem[]> {
  const rows = splitByHash(
    items.map(({ name }) => spelling(name)),
    fractions,
    { salt },
  );
  const parts: Partial<Record<Part, NameItem[]>> = {};
  for (const part of Object.keys(fractions) as Part[]) parts[part] = Array.from(rows[part], (row) => at(items, row));
  return parts as Record<Part, NameItem[]>;
}

/** How many names each language has, and how often its most frequent one would be right. */
export function countLanguages({ languages, items }: Pick<NameDataset, "languages" | "items">): {
  counts: { language: string; count: number }[];
  majority: { language: string; rate: number };
} {
  const counts = languages.map((language) => ({ language, count: 0 }));
  for (const { language } of items) at(counts, language).count++;
  const largest = counts.reduce((most, entry) => (entry.count > most.count ? entry : most));
  return { counts, majority: { language: largest.language, rate: largest.count / items.length } };
}

function firstSpellings(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.filter((name) => {
    const known = seen.has(spelling(name));
    seen.add(spelling(name));
    return !known;
  });
}

function spelling(name: string): string {
  return name.toLowerCase();
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new RangeError(`There is no item ${index} among ${items.length}.`);
  return item;
}
