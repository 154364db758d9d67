import { describesNo, expectItems, expectList, expectOptions, expectText, isRecord } from "../checks";
import { EncodingError } from "../errors";
import type { ShapedArray } from "../sequences/encode";
import { CUT_OPTIONS, type CutOptions, countsOf } from "./counts";
import { type EntriesJSON, Vocabulary } from "./vocabulary";

/** The letter trigrams of a word between two marks: good → #go, goo, ood, od#. */
export function letterTrigrams(word: string): string[] {
  expectText(EncodingError, "letterTrigrams", { word });
  const letters = ["#", ...word, "#"];
  return letters.slice(2).map((last, at) => `${letters[at]}${letters[at + 1]}${last}`);
}

/** A word hashing as JSON. */
export interface WordHashingJSON {
  kind: "WordHashing";
  trigrams: EntriesJSON;
}

/**
 * Word hashing by letter trigrams: a word, known or not, becomes the counts of its trigrams, of which there are far fewer
 * than words, and a text the sum over its words (Huang et al. 2013, "Learning deep structured semantic models for web
 * search using clickthrough data", section 3.2). Few words collide: `collisions` tells which.
 */
export class WordHashing {
  /** The trigrams in the order of their columns. */
  readonly trigrams: Vocabulary;

  /** @param trigrams those outside it are left out, unless it has an unknown entry, which then counts them */
  constructor(trigrams: Vocabulary) {
    this.trigrams = trigrams;
  }

  /** The hashing whose columns are the trigrams of some words, the most frequent first. */
  static fromWords(words: Iterable<string>, options: CutOptions & { unknown?: boolean } = {}): WordHashing {
    expectOptions(EncodingError, "WordHashing.fromWords", options, ["unknown", ...CUT_OPTIONS]);
    expectItems(EncodingError, "WordHashing.fromWords", { words });
    const counts = new Map<string, number>();
    for (const word of words) countsOf(letterTrigrams(word), counts);
    return new WordHashing(Vocabulary.fromCounts(counts, options));
  }

  /** @throws EncodingError if the JSON value does not describe a word hashing */
  static fromJSON(json: unknown): WordHashing {
    if (isRecord(json) && json.kind === "WordHashing") return new WordHashing(Vocabulary.fromJSON(json.trigrams));
    throw new EncodingError(
      describesNo("a word hashing", "WordHashing.fromJSON", '{ kind: "WordHashing", trigrams }', json),
    );
  }

  toJSON(): WordHashingJSON {
    return { kind: "WordHashing", trigrams: this.trigrams.toJSON() };
  }

  /** V, the columns of a hashed text. */
  get size(): number {
    return this.trigrams.size;
  }

  /**
   * @param texts each a list of words, or a single word
   * @returns [B, V], the count of each trigram over the words of a text
   */
  encode(texts: readonly (string | readonly string[])[]): ShapedArray<Float32Array<ArrayBuffer>> {
    expectList(EncodingError, "WordHashing.encode", { texts });
    const data = new Float32Array(texts.length * this.size);
    for (const [row, text] of texts.entries()) {
      if (typeof text !== "string") expectItems(EncodingError, "WordHashing.encode", { "each text": text });
      for (const word of typeof text === "string" ? [text] : text) {
        for (const trigram of letterTrigrams(word)) this.#count(data, row, trigram);
      }
    }
    return { data, shape: [texts.length, this.size] };
  }

  /** The groups of different words that hash to the same counts. */
  collisions(words: Iterable<string>): string[][] {
    expectItems(EncodingError, "WordHashing.collisions", { words });
    const groups = new Map<string, string[]>();
    for (const word of new Set(words)) {
      const key = JSON.stringify(letterTrigrams(word).sort());
      groups.set(key, [...(groups.get(key) ?? []), word]);
    }
    return [...groups.values()].filter((group) => group.length > 1);
  }

  #count(data: Float32Array, row: number, trigram: string): void {
    const { unknownId } = this.trigrams;
    if (unknownId === undefined && !this.trigrams.has(trigram)) return;
    const at = row * this.size + this.trigrams.idOf(trigram);
    data[at] = (data[at] ?? 0) + 1;
  }
}
