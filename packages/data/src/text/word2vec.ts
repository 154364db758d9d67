import { expectOneOf, expectOptions } from "../checks";
import { WordVectorError } from "../errors";
import type { TextSource } from "../files/read";
import { expectSource } from "../files/source";
import type { WordVectors } from "./word-vectors";
import { type At, ByteReader, NEWLINE, refused, SPACE } from "./word2vec-bytes";

export interface Word2VecOptions {
  /**
   * `text`: a line for each word, the word and its numbers apart by spaces, with or without a first line of their counts
   * (word2vec and fastText have it, GloVe has not). `binary`: that line, then each word, a space, and its numbers as
   * little-endian f32.
   */
  format: "text" | "binary";
  /** Words to keep; all when absent. Only theirs take memory. */
  words?: Iterable<string>;
  /** Whether the bytes are compressed with gzip; false when absent. */
  gzip?: boolean;
}

/** Longer words than this, in bytes, are taken for a file of another form. */
const LONGEST_WORD = 4096;
/** More numbers to a vector than this are, too. */
const MOST_NUMBERS = 65536;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }); // U+FEFF begins words too

/**
 * Reads word vectors (Mikolov et al. 2013) as they arrive, so that memory grows with what is kept and not with the file.
 * @throws WordVectorError naming the line or byte where the file is not of the form, or ends early
 */
export async function readWord2Vec(source: TextSource, options: Word2VecOptions): Promise<WordVectors> {
  expectOptions(WordVectorError, "readWord2Vec", options, ["format", "words", "gzip"]);
  expectOneOf(WordVectorError, "readWord2Vec", { format: options.format }, ["text", "binary"]);
  expectSource(WordVectorError, "readWord2Vec", source);
  const bytes = new ByteReader(source, options.gzip ?? false);
  try {
    const table = new Table(options.words);
    await (options.format === "binary" ? readBinary(bytes, table) : readText(bytes, table));
    return table.finish();
  } finally {
    await bytes.close();
  }
}

async function readText(bytes: ByteReader, table: Table): Promise<void> {
  let promised: { words: number; line: number } | undefined;
  let rows = 0;
  for (let line = 1; ; line++) {
    const offset = bytes.offset;
    const raw = await bytes.until(NEWLINE, LONGEST_WORD + 64 * MOST_NUMBERS, { line, offset });
    if (raw === undefined) break;
    const text = decode(raw, { line, offset }).trimEnd();
    if (text === "") continue;
    const { word, numbers } = partsOf(offset === 0 ? text.replace(/^\ufeff/, "") : text, table.dimension);
    if (line === 1 && numbers.length === 1 && /^\d+$/.test(word) && /^\d+$/.test(numbers[0] ?? "")) {
      table.dimension = expectDimension(Number(numbers[0]), { line, offset });
      promised = { words: Number(word), line };
      continue;
    }
    rows++;
    table.dimension ??= expectDimension(numbers.length, { line, offset });
    if (numbers.length !== table.dimension) {
      throw refused(`${table.dimension} numbers after the word`, `${numbers.length}`, { line, offset });
    }
    if (!table.wants(word)) continue;
    const row = table.add(word);
    for (const [index, number] of numbers.entries()) {
      row[index] = number === "" ? Number.NaN : Number(number);
      if (Number.isFinite(row[index])) continue;
      throw refused("finite numbers", `${JSON.stringify(number)} as number ${index + 1}`, { line, offset });
    }
  }
  if (promised && promised.words !== rows) {
    throw refused(`${promised.words} words, as line 1 says,`, `${rows}`, { line: promised.line, offset: 0 });
  }
}

/**
 * The word and the numbers of a line. Some of GloVe's words have spaces in them, such as ". . .": so of a known dimension the
 * numbers are the last, and what is before them is the word, unless that has more numbers.
 */
function partsOf(text: string, dimension: number | undefined): { word: string; numbers: string[] } {
  const [word = "", ...numbers] = text.split(" ");
  const more = dimension === undefined ? 0 : numbers.length - dimension;
  const rest = numbers.slice(0, Math.max(0, more));
  if (rest.length === 0 || rest.some((part) => part !== "" && Number.isFinite(Number(part)))) return { word, numbers };
  return { word: [word, ...rest].join(" "), numbers: numbers.slice(more) };
}

async function readBinary(bytes: ByteReader, table: Table): Promise<void> {
  const header = await bytes.until(NEWLINE, 64, { offset: 0 });
  const [, words, dimension] = /^(\d+) (\d+)\s*$/.exec(header ? decode(header, { offset: 0 }) : "") ?? [];
  if (words === undefined || dimension === undefined) {
    throw refused("a first line of two whole numbers, words and dimension", "none", { offset: 0 });
  }
  table.dimension = expectDimension(Number(dimension), { offset: 0 });
  for (let row = 0; row < Number(words); row++) {
    await bytes.skip(NEWLINE); // some writers end each vector with one
    const offset = bytes.offset;
    const raw = await bytes.until(SPACE, LONGEST_WORD, { offset });
    const values = raw && (await bytes.take(4 * table.dimension));
    if (!raw || !values) throw refused(`${words} words, as line 1 says,`, `an end within word ${row + 1}`, { offset });
    const word = decode(raw, { offset });
    if (!table.wants(word)) continue;
    const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
    const into = table.add(word);
    for (let index = 0; index < table.dimension; index++) {
      into[index] = view.getFloat32(4 * index, true);
      if (Number.isFinite(into[index])) continue;
      throw refused("finite numbers", `${into[index]} as number ${index + 1} of ${JSON.stringify(word)}`, { offset });
    }
  }
}

function expectDimension(dimension: number, at: At): number {
  if (dimension >= 1 && dimension <= MOST_NUMBERS) return dimension;
  throw refused(`vectors of 1 to ${MOST_NUMBERS} numbers`, String(dimension), at);
}

function decode(bytes: Uint8Array, at: At): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw refused("valid UTF-8", "bytes that are not", at, cause);
  }
}

/** What is kept: words, and their rows in one array that doubles when it is full. */
class Table {
  dimension: number | undefined;
  readonly #wanted: ReadonlySet<string> | undefined;
  readonly #words = new Set<string>();
  #data = new Float32Array(1024);
  #repeated = 0;

  constructor(words: Iterable<string> | undefined) {
    this.#wanted = words && new Set(words);
  }

  /** Whether a word is to be kept: one that is asked for, and new. */
  wants(word: string): boolean {
    if (this.#wanted && !this.#wanted.has(word)) return false;
    if (!this.#words.has(word)) return true;
    this.#repeated++;
    return false;
  }

  /** The row of a new word, to be filled. */
  add(word: string): Float32Array<ArrayBuffer> {
    const dimension = this.dimension as number;
    const start = this.#words.size * dimension;
    this.#words.add(word);
    if (start + dimension > this.#data.length) {
      const larger = new Float32Array(Math.max(2 * this.#data.length, start + dimension));
      larger.set(this.#data);
      this.#data = larger;
    }
    return this.#data.subarray(start, start + dimension);
  }

  finish(): WordVectors {
    const words = [...this.#words];
    const dimension = this.dimension ?? 0;
    const data = this.#data.slice(0, words.length * dimension);
    return { words, vectors: { data, shape: [words.length, dimension] }, repeated: this.#repeated };
  }
}
