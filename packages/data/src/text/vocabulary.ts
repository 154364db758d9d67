import {
  describesNo,
  excerpt,
  expectItems,
  expectIterable,
  expectList,
  expectOptions,
  idOutside,
  isRecord,
  isTextList,
  kindOf,
  refuseKind,
  remedyFor,
} from "../checks";
import { VocabularyError } from "../errors";
import { CUT_OPTIONS, type CutOptions, countsOf, cut } from "./counts";
import {
  areSpecials,
  isSilent,
  SPECIAL_NAMES,
  type SpecialIds,
  type SpecialOptions,
  specialIds,
  specialsToJSON,
} from "./special-entries";

/** A vocabulary as JSON: what `toJSON` writes and `fromJSON` reads. */
export interface EntriesJSON extends Required<SpecialOptions> {
  kind: "Vocabulary";
  entries: string[];
}

/** How the unknown entry looks among the words that `decode` gives. */
const UNKNOWN = "\ufffd";

/**
 * Words, tags, labels or any other texts, each with an id.
 *
 * Ids count from 0: padding, unknown, start and end first, where the vocabulary has them, then the entries in order.
 */
export class Vocabulary implements SpecialIds {
  /** In the order of their ids, without the special ones. */
  readonly entries: readonly string[];
  /** The number of ids, special entries included. */
  readonly size: number;
  readonly padId: number | undefined;
  readonly unknownId: number | undefined;
  readonly startId: number | undefined;
  readonly endId: number | undefined;
  readonly #ids: ReadonlyMap<string, number>;
  readonly #first: number;

  /**
   * @param entries in the order of their ids
   * @throws VocabularyError if there is no entry, or one comes twice
   */
  constructor(entries: Iterable<string>, options: SpecialOptions = {}) {
    this.entries = expectEntries(entries);
    const { count, ...ids } = specialIds("Vocabulary", options);
    ({ padId: this.padId, unknownId: this.unknownId, startId: this.startId, endId: this.endId } = ids);
    this.#first = count;
    this.size = count + this.entries.length;
    this.#ids = numbered(this.entries, count);
  }

  /**
   * The vocabulary of all that occurs in some sequences, the most frequent first.
   *
   * @param sequences sentences of words, say, or a single list of labels
   * @throws VocabularyError if nothing occurs, or nothing survives the cuts
   */
  static from(
    sequences: Iterable<readonly string[]> | readonly string[],
    options: SpecialOptions & CutOptions = {},
  ): Vocabulary {
    expectItems(VocabularyError, "Vocabulary.from", { sequences });
    const counts = new Map<string, number>();
    for (const sequence of sequences) {
      if (typeof sequence !== "string") expectItems(VocabularyError, "Vocabulary.from", { "each sequence": sequence });
      countsOf(typeof sequence === "string" ? [sequence] : sequence, counts);
    }
    return vocabularyOf("Vocabulary.from", counts, options);
  }

  /** As `from`, where what occurs has been counted. */
  static fromCounts(counts: ReadonlyMap<string, number>, options: SpecialOptions & CutOptions = {}): Vocabulary {
    if (!(counts instanceof Map)) refuseKind(VocabularyError, "Vocabulary.fromCounts", "counts", "a Map", counts);
    return vocabularyOf("Vocabulary.fromCounts", counts, options);
  }

  /**
   * Makes the vocabulary that `toJSON` described.
   *
   * @param json a parsed JSON value; nothing about it is taken on trust
   * @throws VocabularyError if it does not describe a vocabulary
   */
  static fromJSON(json: unknown): Vocabulary {
    if (!isEntriesJSON(json)) {
      throw new VocabularyError(
        describesNo(
          "a vocabulary",
          "Vocabulary.fromJSON",
          '{ kind: "Vocabulary", entries: string[], pad, unknown, start, end: boolean }',
          json,
        ),
      );
    }
    return new Vocabulary(json.entries, json);
  }

  /** The vocabulary as a JSON value; `JSON.stringify(vocabulary)` calls it. */
  toJSON(): EntriesJSON {
    return { kind: "Vocabulary", entries: [...this.entries], ...specialsToJSON(this) };
  }

  /** Whether this is one of the entries, special ones left out. */
  has(entry: string): boolean {
    return this.#ids.has(entry);
  }

  /**
   * The id of one entry.
   *
   * @throws VocabularyError if it is outside the vocabulary and there is no unknown entry
   */
  idOf(entry: string): number {
    return this.#ids.get(entry) ?? this.unknownId ?? this.#refuse(entry, undefined);
  }

  /**
   * The id of each item of a sequence.
   *
   * @returns [T]
   * @throws VocabularyError if they are no list, or an item is outside the vocabulary and there is no unknown entry
   */
  encode(items: readonly string[]): Int32Array<ArrayBuffer> {
    if (!Array.isArray(items)) {
      throw new VocabularyError({
        where: "Vocabulary.encode",
        expected: "a list of texts",
        actual: kindOf(items),
        remedy: remedyFor(items) ?? 'Pass such as text.split(" "), or idOf(entry) for one entry.',
      });
    }
    const ids = new Int32Array(items.length);
    for (const [position, item] of items.entries()) {
      ids[position] = this.#ids.get(item) ?? this.unknownId ?? this.#refuse(item, position);
    }
    return ids;
  }

  /**
   * What the ids stand for, padding, start and end left out; the unknown entry is U+FFFD, the replacement character.
   *
   * @throws VocabularyError if they are no list, or an id is not one of the vocabulary's
   */
  decode(ids: ArrayLike<number>): string[] {
    expectList(VocabularyError, "Vocabulary.decode", { ids });
    const items: string[] = [];
    for (let position = 0; position < ids.length; position++) {
      const id = ids[position] ?? Number.NaN;
      if (isSilent(id, this)) continue;
      items.push(id === this.unknownId ? UNKNOWN : (this.entries[id - this.#first] ?? this.#refuseId(id, position)));
    }
    return items;
  }

  #refuse(entry: string, position: number | undefined): never {
    throw new VocabularyError({
      where: position === undefined ? "Vocabulary.idOf" : "Vocabulary.encode",
      expected: `one of the ${this.entries.length} entries`,
      actual: `${excerpt(entry)}${position === undefined ? "" : ` at position ${position}`}`,
      remedy: "Add it to the entries, or give the vocabulary an unknown entry: { unknown: true }.",
      ...(position === undefined ? {} : { position }),
    });
  }

  #refuseId(id: number, position: number): never {
    throw new VocabularyError({
      ...idOutside(
        "Vocabulary.decode",
        this.size,
        id,
        position,
        "Decode with the vocabulary that encoded the sequence.",
      ),
      position,
    });
  }
}

function vocabularyOf(
  where: string,
  counts: ReadonlyMap<string, number>,
  options: SpecialOptions & CutOptions,
): Vocabulary {
  expectOptions(VocabularyError, where, options, [...SPECIAL_NAMES, ...CUT_OPTIONS]);
  const { minCount: _, maxSize: __, ...specials } = options;
  return new Vocabulary(cut(where, counts, options), specials);
}

function expectEntries(entries: Iterable<string>): string[] {
  expectIterable(VocabularyError, "Vocabulary", { entries });
  const all = typeof entries === "string" ? [] : [...entries];
  if (typeof entries !== "string" && all.every((entry) => typeof entry === "string")) return all;
  throw new VocabularyError({
    where: "Vocabulary",
    expected: "a list of texts",
    actual: excerpt(entries),
    remedy: 'Pass such as text.split(" "), or make a CharVocabulary of a text.',
  });
}

function numbered(entries: readonly string[], first: number): Map<string, number> {
  if (entries.length === 0) {
    throw new VocabularyError({
      where: "Vocabulary",
      expected: "at least one entry",
      actual: "none",
      remedy: "Pass the entries, or sequences that are not empty.",
    });
  }
  const ids = new Map<string, number>();
  for (const [position, entry] of entries.entries()) {
    if (ids.has(entry)) {
      throw new VocabularyError({
        where: "Vocabulary",
        expected: "every entry once",
        actual: `${excerpt(entry)} again at position ${position}`,
        remedy: "Remove the repetition, or collect the entries with Vocabulary.from.",
        position,
      });
    }
    ids.set(entry, first + position);
  }
  return ids;
}

function isEntriesJSON(json: unknown): json is EntriesJSON {
  return isRecord(json) && json.kind === "Vocabulary" && isTextList(json.entries) && areSpecials(json);
}
