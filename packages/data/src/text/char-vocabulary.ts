import {
  describesNo,
  expectIterable,
  expectList,
  expectOptions,
  expectText,
  idOutside,
  isRecord,
  isTextList,
} from "../checks";
import { VocabularyError } from "../errors";
import { graphemes, graphemesOfChunks } from "./characters";
import { CUT_OPTIONS, type CutOptions, compareCodePoints, countsOf, cut } from "./counts";
import {
  areSpecials,
  isSilent,
  SPECIAL_NAMES,
  type SpecialIds,
  type SpecialOptions,
  specialIds,
  specialsToJSON,
} from "./special-entries";
import type { Tokenizer } from "./tokenizer";

/** Which entries a vocabulary has beside its characters, and what a character is. */
export interface VocabularyOptions extends SpecialOptions {
  /**
   * Takes what a reader sees as one character (an extended grapheme cluster of Unicode) for one, such as a letter with a
   * combining accent, a flag or a family of emoji; false when absent, which takes code points.
   */
  graphemes?: boolean;
}

/** A vocabulary as JSON: what `toJSON` writes and `fromJSON` reads. */
export interface VocabularyJSON extends SpecialOptions {
  kind: "CharVocabulary";
  characters: string[];
  pad: boolean;
  unknown: boolean;
  graphemes?: boolean;
}

const FROM_TEXT = ["graphemes", ...SPECIAL_NAMES, ...CUT_OPTIONS];
const FIRST_PRINTABLE = 0x20;
const REPLACEMENT = "\ufffd";

/**
 * The characters a model knows, each with an id. A character is one Unicode code point, so that an emoji is one character
 * and a letter with a combining accent is two; where that matters, take graphemes, or normalise or `toAscii` the text.
 *
 * Ids count from 0: padding, unknown, start and end first, where the vocabulary has them, then the characters in order.
 */
export class CharVocabulary implements Tokenizer, SpecialIds {
  /** The alphabet in the order of its ids, without the special entries. */
  readonly characters: readonly string[];
  /** The number of ids, special entries included. */
  readonly size: number;
  /** The id that stands for padding, if the vocabulary has one. */
  readonly padId: number | undefined;
  /** The id that stands for every character outside the alphabet, if the vocabulary has one. */
  readonly unknownId: number | undefined;
  /** The id that stands before a sequence, if the vocabulary has one. */
  readonly startId: number | undefined;
  /** The id that stands behind a sequence, if the vocabulary has one. */
  readonly endId: number | undefined;
  /** Whether a character is a grapheme rather than a code point. */
  readonly graphemes: boolean;
  readonly #ids: ReadonlyMap<string, number>;
  readonly #first: number;

  /**
   * @param alphabet the characters in the order of their ids
   * @throws VocabularyError if the alphabet is empty, repeats a character or has an entry that is not one character
   */
  constructor(alphabet: string | Iterable<string>, options: VocabularyOptions = {}) {
    expectIterable(VocabularyError, "CharVocabulary", { alphabet });
    this.graphemes = options.graphemes ?? false;
    this.characters = typeof alphabet === "string" ? [...charactersOf(alphabet, options)] : [...alphabet];
    const { count, ...ids } = specialIds("CharVocabulary", options, ["graphemes"]);
    ({ padId: this.padId, unknownId: this.unknownId, startId: this.startId, endId: this.endId } = ids);
    this.#first = count;
    this.size = this.#first + this.characters.length;
    this.#ids = numbered(this.characters, this.#first, options);
  }

  /**
   * The vocabulary of the characters that occur in a text or in several, in the order of their code points, so that it
   * does not depend on the order of the texts.
   *
   * @throws VocabularyError if there is no character, or none survives the cuts
   */
  static fromText(texts: string | Iterable<string>, options: VocabularyOptions & CutOptions = {}): CharVocabulary {
    expectOptions(VocabularyError, "CharVocabulary.fromText", options, FROM_TEXT);
    expectIterable(VocabularyError, "CharVocabulary.fromText", { texts });
    const counts = new Map<string, number>();
    for (const text of typeof texts === "string" ? [texts] : texts) {
      expectText(VocabularyError, "CharVocabulary.fromText", { "each text": text });
      countsOf(charactersOf(text, options), counts);
    }
    return fromCounts("CharVocabulary.fromText", counts, options);
  }

  /** As `fromText`, from a text that arrives in chunks of whole characters, such as `readText(file)`. */
  static async fromStream(
    chunks: AsyncIterable<string>,
    options: VocabularyOptions & CutOptions = {},
  ): Promise<CharVocabulary> {
    expectOptions(VocabularyError, "CharVocabulary.fromStream", options, FROM_TEXT);
    if (!(Symbol.asyncIterator in Object(chunks)))
      expectIterable(VocabularyError, "CharVocabulary.fromStream", { chunks });
    const counts = new Map<string, number>();
    if (options.graphemes) for await (const character of graphemesOfChunks(chunks)) countsOf([character], counts);
    else for await (const chunk of chunks) countsOf(chunk, counts);
    return fromCounts("CharVocabulary.fromStream", counts, options);
  }

  /**
   * Makes the vocabulary that `toJSON` described.
   *
   * @param json a parsed JSON value; nothing about it is taken on trust
   * @throws VocabularyError if it does not describe a vocabulary
   */
  static fromJSON(json: unknown): CharVocabulary {
    if (!isVocabularyJSON(json)) {
      throw new VocabularyError(
        describesNo(
          "a vocabulary",
          "CharVocabulary.fromJSON",
          '{ kind: "CharVocabulary", characters: string[], pad: boolean, unknown: boolean }',
          json,
        ),
      );
    }
    return new CharVocabulary(json.characters, json);
  }

  /** The vocabulary as a JSON value; `JSON.stringify(vocabulary)` calls it. */
  toJSON(): VocabularyJSON {
    return {
      kind: "CharVocabulary",
      characters: [...this.characters],
      ...specialsToJSON(this),
      graphemes: this.graphemes,
    };
  }

  /** Whether the alphabet holds this character. */
  has(character: string): boolean {
    return this.#ids.has(character);
  }

  /**
   * The id of each character of a text.
   *
   * @returns as many ids as the text has characters
   * @throws VocabularyError if it is no text, or a character is outside the alphabet and there is no unknown entry
   */
  encode(text: string): Int32Array<ArrayBuffer> {
    expectText(VocabularyError, "CharVocabulary.encode", { text });
    const ids = new Int32Array(text.length); // at least as many UTF-16 units as characters
    let position = 0;
    for (const character of charactersOf(text, this)) {
      ids[position] = this.#ids.get(character) ?? this.unknownId ?? this.#refuse(character, position);
      position++;
    }
    return position === text.length ? ids : ids.slice(0, position);
  }

  /**
   * The text that ids stand for. Padding, start and end are left out; the unknown entry becomes U+FFFD, the replacement character.
   *
   * @throws VocabularyError if they are no list, or an id is not one of the vocabulary's
   */
  decode(ids: ArrayLike<number>): string {
    expectList(VocabularyError, "CharVocabulary.decode", { ids });
    let text = "";
    for (let position = 0; position < ids.length; position++) {
      const id = ids[position] ?? Number.NaN;
      if (isSilent(id, this)) continue;
      text += id === this.unknownId ? REPLACEMENT : (this.characters[id - this.#first] ?? this.#refuseId(id, position));
    }
    return text;
  }

  #refuse(character: string, position: number): never {
    throw new VocabularyError({
      where: "CharVocabulary.encode",
      expected: `one of the ${this.characters.length} characters of the alphabet`,
      actual: `${describe(character)} at position ${position}`,
      remedy:
        "Remove or replace it, add it to the alphabet, or give the vocabulary an unknown entry: { unknown: true }.",
      character,
      position,
    });
  }

  #refuseId(id: number, position: number): never {
    throw new VocabularyError({
      ...idOutside(
        "CharVocabulary.decode",
        this.size,
        id,
        position,
        "Decode with the vocabulary that encoded the text.",
      ),
      position,
    });
  }
}

function charactersOf(text: string, options: VocabularyOptions): Iterable<string> {
  return options.graphemes ? graphemes(text) : text;
}

function fromCounts(
  where: string,
  counts: ReadonlyMap<string, number>,
  options: VocabularyOptions & CutOptions,
): CharVocabulary {
  const { minCount: _, maxSize: __, ...rest } = options;
  return new CharVocabulary(cut(where, counts, options).sort(compareCodePoints), rest);
}

function numbered(characters: readonly string[], first: number, options: VocabularyOptions): Map<string, number> {
  if (characters.length === 0) {
    throw new VocabularyError({
      where: "CharVocabulary",
      expected: "at least one character",
      actual: "none",
      remedy: "Pass the alphabet, or a text that is not empty.",
    });
  }
  const ids = new Map<string, number>();
  for (const [position, character] of characters.entries()) {
    expectText(VocabularyError, "CharVocabulary", { [`character ${position}`]: character });
    if ([...charactersOf(character, options)].length !== 1) {
      throw new VocabularyError({
        where: "CharVocabulary",
        expected: "every entry of the alphabet to be one character",
        actual: `${JSON.stringify(character)} at position ${position}`,
        remedy: "Pass a string or a list of single characters; CharVocabulary.fromText takes whole texts.",
        position,
      });
    }
    if (ids.has(character)) {
      throw new VocabularyError({
        where: "CharVocabulary",
        expected: "every character once",
        actual: `${describe(character)} again at position ${position}`,
        remedy: "Remove the repetition, or collect the characters of a text with CharVocabulary.fromText.",
        character,
        position,
      });
    }
    ids.set(character, first + position);
  }
  return ids;
}

/** "é" (U+00E9); a control character by its number alone. */
function describe(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  const number = `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
  return point < FIRST_PRINTABLE ? number : `"${character}" (${number})`;
}

function isVocabularyJSON(json: unknown): json is VocabularyJSON {
  if (!isRecord(json) || json.kind !== "CharVocabulary" || !isTextList(json.characters)) return false;
  return areSpecials(json) && typeof (json.graphemes ?? false) === "boolean";
}
