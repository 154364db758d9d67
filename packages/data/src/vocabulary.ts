import { VocabularyError } from "./errors";

/** Which entries a vocabulary has beside its characters. */
export interface VocabularyOptions {
  /** Adds an entry for padding; it has id 0, and `decode` skips it. */
  pad?: boolean;
  /** Adds an entry for every character outside the alphabet; without it, such a character is an error. */
  unknown?: boolean;
}

/** A vocabulary as JSON: what `toJSON` writes and `fromJSON` reads. */
export interface VocabularyJSON {
  kind: "CharVocabulary";
  characters: string[];
  pad: boolean;
  unknown: boolean;
}

const FIRST_PRINTABLE = 0x20;
const REPLACEMENT = "\ufffd";

/**
 * The characters a model knows, each with an id. A character is one Unicode code point, so that an emoji is one character
 * and a letter with a combining accent is two; normalise or `toAscii` the text beforehand where that matters.
 *
 * Ids count from 0: padding and unknown first, where the vocabulary has them, then the characters in order.
 */
export class CharVocabulary {
  /** The alphabet in the order of its ids, without the special entries. */
  readonly characters: readonly string[];
  /** The number of ids, special entries included. */
  readonly size: number;
  /** The id that stands for padding, if the vocabulary has one. */
  readonly padId: number | undefined;
  /** The id that stands for every character outside the alphabet, if the vocabulary has one. */
  readonly unknownId: number | undefined;
  readonly #ids: ReadonlyMap<string, number>;
  readonly #first: number;

  /**
   * @param alphabet the characters in the order of their ids
   * @throws VocabularyError if the alphabet is empty, repeats a character or has an entry that is not one character
   */
  constructor(alphabet: string | Iterable<string>, { pad = false, unknown = false }: VocabularyOptions = {}) {
    this.characters = [...alphabet];
    this.padId = pad ? 0 : undefined;
    this.unknownId = unknown ? Number(pad) : undefined;
    this.#first = Number(pad) + Number(unknown);
    this.size = this.#first + this.characters.length;
    this.#ids = numbered(this.characters, this.#first);
  }

  /**
   * The vocabulary of all characters that occur in a text or in several, in the order of their code points, so that it
   * does not depend on the order of the texts.
   *
   * @throws VocabularyError if there is no character
   */
  static fromText(texts: string | Iterable<string>, options: VocabularyOptions = {}): CharVocabulary {
    const seen = new Set<string>();
    for (const text of typeof texts === "string" ? [texts] : texts) for (const character of text) seen.add(character);
    return new CharVocabulary(byCodePoint(seen), options);
  }

  /** As `fromText`, from a text that arrives in chunks of whole characters, such as `readText(file)`. */
  static async fromStream(chunks: AsyncIterable<string>, options: VocabularyOptions = {}): Promise<CharVocabulary> {
    const seen = new Set<string>();
    for await (const chunk of chunks) for (const character of chunk) seen.add(character);
    return new CharVocabulary(byCodePoint(seen), options);
  }

  /**
   * Makes the vocabulary that `toJSON` described.
   *
   * @param json a parsed JSON value; nothing about it is taken on trust
   * @throws VocabularyError if it does not describe a vocabulary
   */
  static fromJSON(json: unknown): CharVocabulary {
    if (!isVocabularyJSON(json)) {
      throw new VocabularyError({
        where: "CharVocabulary.fromJSON",
        expected: '{ kind: "CharVocabulary", characters: string[], pad: boolean, unknown: boolean }',
        actual: excerpt(json),
        remedy: "Pass what JSON.parse gives for a vocabulary written by JSON.stringify.",
      });
    }
    return new CharVocabulary(json.characters, { pad: json.pad, unknown: json.unknown });
  }

  /** The vocabulary as a JSON value; `JSON.stringify(vocabulary)` calls it. */
  toJSON(): VocabularyJSON {
    return {
      kind: "CharVocabulary",
      characters: [...this.characters],
      pad: this.padId !== undefined,
      unknown: this.unknownId !== undefined,
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
   * @throws VocabularyError if a character is outside the alphabet and the vocabulary has no unknown entry
   */
  encode(text: string): Int32Array<ArrayBuffer> {
    const ids = new Int32Array(text.length); // at least as many UTF-16 units as characters
    let position = 0;
    for (const character of text) {
      ids[position] = this.#ids.get(character) ?? this.unknownId ?? this.#refuse(character, position);
      position++;
    }
    return position === text.length ? ids : ids.slice(0, position);
  }

  /**
   * The text that ids stand for. Padding is left out; the unknown entry becomes U+FFFD, the replacement character.
   *
   * @throws VocabularyError if an id is not one of the vocabulary's
   */
  decode(ids: ArrayLike<number>): string {
    let text = "";
    for (let position = 0; position < ids.length; position++) {
      const id = ids[position] ?? Number.NaN;
      if (id === this.padId) continue;
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
      where: "CharVocabulary.decode",
      expected: `an id from 0 to ${this.size - 1}`,
      actual: `${id} at position ${position}`,
      remedy: "Decode with the vocabulary that encoded the text.",
      position,
    });
  }
}

function numbered(characters: readonly string[], first: number): Map<string, number> {
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
    if ([...character].length !== 1) {
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

function byCodePoint(characters: Iterable<string>): string[] {
  return [...characters].sort((one, other) => codePoint(one) - codePoint(other));
}

function codePoint(character: string): number {
  return character.codePointAt(0) ?? 0;
}

/** "é" (U+00E9); a control character by its number alone. */
function describe(character: string): string {
  const point = codePoint(character);
  const number = `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
  return point < FIRST_PRINTABLE ? number : `"${character}" (${number})`;
}

function isVocabularyJSON(json: unknown): json is VocabularyJSON {
  if (typeof json !== "object" || json === null) return false;
  if (!("kind" in json && "characters" in json && "pad" in json && "unknown" in json)) return false;
  const { kind, characters, pad, unknown } = json;
  if (kind !== "CharVocabulary" || typeof pad !== "boolean" || typeof unknown !== "boolean") return false;
  return Array.isArray(characters) && characters.every((character) => typeof character === "string");
}

function excerpt(json: unknown): string {
  const text = JSON.stringify(json) ?? String(json);
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
