import {
  describesNo,
  excerpt,
  expectIterable,
  expectList,
  expectOneOf,
  expectOptions,
  expectText,
  expectWhole,
  idOutside,
} from "../../checks";
import { TokenizerError } from "../../errors";
import { compareCodePoints, countsOf } from "../counts";
import {
  isSilent,
  SPECIAL_NAMES,
  type SpecialIds,
  type SpecialOptions,
  specialIds,
  specialsToJSON,
} from "../special-entries";
import type { Tokenizer } from "../tokenizer";
import { type BytePairJSON, isBytePairJSON } from "./json";
import { mergeSymbols, ranksOf } from "./merge";
import { bytePieces, characterPieces } from "./pieces";
import { learnMerges, type Merge } from "./train";

/** What a `BytePairTokenizer` learns from a text. */
export interface BytePairOptions extends SpecialOptions {
  /** V, the most ids, special entries and single symbols included; fewer where the text has no more pairs. */
  size: number;
  /** Pairs that occur less often are not merged; 2 when absent. */
  minCount?: number;
  /**
   * `"bytes"` merges the bytes of UTF-8, so that every text can be encoded and comes back exactly. `"characters"` merges
   * code points within words, with a mark for the end of a word, as the paper does: a run of white space comes back as
   * one space, and characters that the training text lacks are unknown. `"bytes"` when absent.
   */
  units?: "bytes" | "characters";
}

/** What a tokenizer is made of. */
export interface BytePairParts extends SpecialOptions {
  units: "bytes" | "characters";
  /** The characters of the alphabet in the order of their ids; empty for bytes. */
  characters: readonly string[];
  /** Pairs in the order they were learned. Ids count without the special entries: single symbols, then merges. */
  merges: readonly Merge[];
}

const BYTES = 256;
const REPLACEMENT = "\ufffd";
/** The mark for the end of a word, as the paper writes it; a symbol of its own and never equal to a text. */
const END_OF_WORD = "</w>";
/** Words whose encoding is remembered; frequent words are short, and among the first seen. */
const REMEMBERED = 100_000;
const REMEMBERED_LENGTH = 64;

/**
 * Byte-pair encoding: frequent words become one id, rare ones several, so that a small vocabulary writes every word
 * (Sennrich, Haddow & Birch 2016; over bytes as Radford et al. 2019).
 *
 * Ids count from 0: special entries, then single symbols (256 bytes, or the characters and the end of a word), then one
 * for each merge.
 */
export class BytePairTokenizer implements Tokenizer, SpecialIds {
  readonly size: number;
  readonly units: "bytes" | "characters";
  readonly characters: readonly string[];
  readonly merges: readonly Merge[];
  readonly padId: number | undefined;
  readonly unknownId: number | undefined;
  readonly startId: number | undefined;
  readonly endId: number | undefined;
  readonly #first: number;
  readonly #symbols: number;
  readonly #ranks: ReadonlyMap<number, number>;
  readonly #characterIds: ReadonlyMap<string, number>;
  readonly #remembered = new Map<string, readonly number[]>();

  /** @throws TokenizerError if the alphabet repeats itself, or a merge names an id that is not before it */
  constructor({ units, characters, merges, ...specials }: BytePairParts) {
    this.units = units;
    this.characters = [...characters];
    this.merges = merges.map(([left, right]) => [left, right]);
    const { count, ...ids } = specialIds("BytePairTokenizer", specials);
    ({ padId: this.padId, unknownId: this.unknownId, startId: this.startId, endId: this.endId } = ids);
    this.#first = count;
    this.#symbols = units === "bytes" ? BYTES : characters.length + 1;
    this.size = count + this.#symbols + merges.length;
    this.#characterIds = new Map(characters.map((character, id) => [character, id]));
    expectParts(this, this.#symbols, this.#characterIds.size);
    this.#ranks = ranksOf(this.merges);
  }

  /**
   * Learns a tokenizer from texts.
   *
   * @throws TokenizerError if `size` has no room for the single symbols, or there is no text
   */
  static train(texts: string | Iterable<string>, options: BytePairOptions): BytePairTokenizer {
    expectOptions(TokenizerError, "BytePairTokenizer.train", options, ["size", "minCount", "units", ...SPECIAL_NAMES]);
    const { size, minCount = 2, units = "bytes", ...specials } = options;
    expectOneOf(TokenizerError, "BytePairTokenizer.train", { units }, ["bytes", "characters"]);
    expectWhole(TokenizerError, "BytePairTokenizer.train", { size, minCount });
    expectIterable(TokenizerError, "BytePairTokenizer.train", { texts });
    const counts = new Map<string, number>();
    const pieces = units === "bytes" ? bytePieces : characterPieces;
    for (const text of typeof texts === "string" ? [texts] : texts) {
      expectText(TokenizerError, "BytePairTokenizer.train", { "each text": text });
      countsOf(pieces(text), counts);
    }
    const alphabet = new Set<string>();
    if (units === "characters") for (const piece of counts.keys()) for (const one of piece) alphabet.add(one);
    const characters = [...alphabet].sort(compareCodePoints);
    const base = new BytePairTokenizer({ units, characters, merges: [], ...specials });
    const room = size - base.size;
    if (room < 0 || counts.size === 0) {
      throw new TokenizerError({
        where: "BytePairTokenizer.train",
        expected: counts.size === 0 ? "a text with something in it" : `size to be at least ${base.size}`,
        actual: counts.size === 0 ? "none" : String(size),
        remedy: "The single symbols and special entries need an id each before anything can be merged.",
      });
    }
    const words = [...counts].map(([piece, count]) => ({ ids: base.#symbolsOf(piece, 0), count }));
    const merges = learnMerges(words, base.#symbols, { merges: room, minCount });
    return new BytePairTokenizer({ units, characters, merges, ...specials });
  }

  /**
   * Makes the tokenizer that `toJSON` described.
   *
   * @param json a parsed JSON value; nothing about it is taken on trust
   * @throws TokenizerError if it does not describe a tokenizer
   */
  static fromJSON(json: unknown): BytePairTokenizer {
    if (isBytePairJSON(json)) return new BytePairTokenizer(json);
    throw new TokenizerError(
      describesNo(
        "a tokenizer",
        "BytePairTokenizer.fromJSON",
        '{ kind: "BytePairTokenizer", units, characters: string[], merges: [left, right][], pad, unknown, … }',
        json,
      ),
    );
  }

  toJSON(): BytePairJSON {
    const { units, characters, merges } = this;
    return {
      kind: "BytePairTokenizer",
      units,
      characters: [...characters],
      merges: merges.map(([left, right]) => [left, right]),
      ...specialsToJSON(this),
    };
  }

  /** @throws TokenizerError if it is no text, or a character is outside the alphabet and there is no unknown entry */
  encode(text: string): Int32Array<ArrayBuffer> {
    expectText(TokenizerError, "BytePairTokenizer.encode", { text });
    const ids: number[] = [];
    let position = 0;
    for (const piece of this.units === "bytes" ? bytePieces(text) : characterPieces(text)) {
      for (const id of this.#encodePiece(piece, position)) ids.push(id);
      position++;
    }
    return Int32Array.from(ids);
  }

  /**
   * The text that ids stand for, padding, start and end left out; the unknown entry is U+FFFD, and so are bytes that are
   * no UTF-8.
   *
   * @throws TokenizerError if they are no list, or an id is not one of the tokenizer's
   */
  decode(ids: ArrayLike<number>): string {
    expectList(TokenizerError, "BytePairTokenizer.decode", { ids });
    const symbols: number[] = [];
    for (let position = 0; position < ids.length; position++) {
      const id = ids[position] ?? Number.NaN;
      if (isSilent(id, this)) continue;
      if (id === this.unknownId) symbols.push(-1);
      else if (Number.isInteger(id) && id >= 0 && id < this.size) this.#expand(id - this.#first, symbols);
      else this.#refuseId(id, position);
    }
    return this.units === "bytes" ? this.#fromBytes(symbols) : this.#fromCharacters(symbols).trimEnd();
  }

  /** What one id stands for: a part of a word, with `</w>` behind it where the word ends. Bytes that are no UTF-8 are U+FFFD. */
  token(id: number): string {
    if (!(Number.isInteger(id) && id >= 0 && id < this.size)) this.#refuseId(id, 0);
    if (id < this.#first) return this.decode([id]);
    const symbols: number[] = [];
    this.#expand(id - this.#first, symbols);
    if (this.units === "bytes") return this.#fromBytes(symbols);
    return symbols.map((symbol) => this.characters[symbol] ?? END_OF_WORD).join("");
  }

  #encodePiece(piece: string, position: number): readonly number[] {
    const known = this.#remembered.get(piece);
    if (known) return known;
    const merged = mergeSymbols(this.#symbolsOf(piece, position), this.#ranks, this.#symbols);
    const ids = merged.map((id) => (id === UNKNOWN ? (this.unknownId ?? 0) : id + this.#first));
    if (this.#remembered.size < REMEMBERED && piece.length <= REMEMBERED_LENGTH) this.#remembered.set(piece, ids);
    return ids;
  }

  #symbolsOf(piece: string, position: number): number[] {
    if (this.units === "bytes") return Array.from(new TextEncoder().encode(piece));
    const ids = Array.from(piece, (character) => {
      const id = this.#characterIds.get(character);
      return id ?? (this.unknownId === undefined ? this.#refuse(character, piece, position) : UNKNOWN);
    });
    ids.push(this.characters.length);
    return ids;
  }

  /** Undoes merges with a stack of its own: a long merge is as deep as it is long. */
  #expand(id: number, symbols: number[]): void {
    const stack = [id];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const merge = this.merges[top - this.#symbols];
      if (merge) stack.push(merge[1], merge[0]);
      else symbols.push(top);
    }
  }

  #fromBytes(symbols: readonly number[]): string {
    const replacement = [...new TextEncoder().encode(REPLACEMENT)];
    const bytes = symbols.flatMap((symbol) => (symbol < 0 ? replacement : symbol));
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(bytes));
  }

  #fromCharacters(symbols: readonly number[]): string {
    return symbols.map((symbol) => (symbol < 0 ? REPLACEMENT : (this.characters[symbol] ?? " "))).join("");
  }

  #refuse(character: string, word: string, position: number): never {
    throw new TokenizerError({
      where: "BytePairTokenizer.encode",
      expected: `one of the ${this.characters.length} characters of the alphabet`,
      actual: `${excerpt(character)} in word ${position}, ${excerpt(word)}`,
      remedy: 'Train on text that has it, take { units: "bytes" }, or add an unknown entry: { unknown: true }.',
    });
  }

  #refuseId(id: number, position: number): never {
    throw new TokenizerError(
      idOutside(
        "BytePairTokenizer.decode",
        this.size,
        id,
        position,
        "Decode with the tokenizer that encoded the text.",
      ),
    );
  }
}

/** Stands for an unknown character while a word is merged: part of no pair. */
const UNKNOWN = 2 ** 24 - 1;

/** The most symbols in one id: merges double, so that a short file could describe an id that fills the memory. */
const LONGEST = 2 ** 20;

function expectParts({ units, characters, merges }: BytePairParts, symbols: number, distinct: number): void {
  const isAlphabet = distinct === characters.length && characters.every((one) => [...one].length === 1);
  if (!isAlphabet || (units === "bytes" && characters.length > 0)) {
    throw new TokenizerError({
      where: "BytePairTokenizer",
      expected: "an alphabet of single characters, each once, and none for bytes",
      actual: excerpt(characters),
      remedy: "Pass the parts of a tokenizer that was trained, in their order.",
    });
  }
  const lengths: number[] = [];
  for (const [rank, merge] of merges.entries()) {
    const isKnown = merge.every((id) => Number.isInteger(id) && id >= 0 && id < symbols + rank);
    const length = merge.reduce((sum, id) => sum + (lengths[id - symbols] ?? 1), 0);
    lengths.push(length);
    if (isKnown && length <= LONGEST) continue;
    throw new TokenizerError({
      where: "BytePairTokenizer",
      expected: isKnown ? `merges of at most ${LONGEST} symbols` : "each merge to join two symbols before it",
      actual: `${excerpt(merge)} at position ${rank}`,
      remedy: "Pass the parts of a tokenizer that was trained, in their order.",
    });
  }
}
