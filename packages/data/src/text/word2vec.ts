import { expectList, expectOneOf, expectOptions } from "../checks";
import { DataError, type DataErrorFacts } from "../errors";
import type { TextSource } from "../files/read";
import { expectSource } from "../files/source";
import type { ShapedArray } from "../sequences/encode";

/** Vectors that cannot be read from a file of them. */
export class WordVectorError extends DataError {
  override readonly name = "WordVectorError";
  /** The line at fault, from 1 on, in a text file. */
  readonly line: number | undefined;
  /** The byte at which what is at fault begins. */
  readonly offset: number | undefined;

  constructor(facts: DataErrorFacts & { line?: number; offset?: number }, options?: ErrorOptions) {
    super(facts, options);
    this.line = facts.line;
    this.offset = facts.offset;
  }
}

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

/** Words and their vectors, as a file has them. */
export interface WordVectors {
  /** The words that were kept, in the order of the file. */
  readonly words: readonly string[];
  /** A row for each: [words, dimension]. */
  readonly vectors: ShapedArray<Float32Array<ArrayBuffer>>;
  /** Entries left out because their word had come before. */
  readonly repeated: number;
}

/** Longer words than this, in bytes, are taken for a file of another form. */
const LONGEST_WORD = 4096;
/** More numbers to a vector than this are, too. */
const MOST_NUMBERS = 65536;

const NEWLINE = 0x0a;
const SPACE = 0x20;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }); // U+FEFF begins words too

/**
 * Reads word vectors (Mikolov et al. 2013) as they arrive, so that memory grows with what is kept and not with the file.
 * @throws WordVectorError naming the line or byte where the file is not of the form, or ends early
 */
export async function readWord2Vec(source: TextSource, options: Word2VecOptions): Promise<WordVectors> {
  expectOptions(WordVectorError, "readWord2Vec", options, ["format", "words", "gzip"]);
  expectOneOf(WordVectorError, "readWord2Vec", { format: options.format }, ["text", "binary"]);
  expectSource(WordVectorError, "readWord2Vec", source);
  const bytes = new Bytes(streamOf(source, options.gzip ?? false));
  try {
    const table = new Table(options.words);
    await (options.format === "binary" ? readBinary(bytes, table) : readText(bytes, table));
    return table.finish();
  } finally {
    await bytes.close();
  }
}

async function readText(bytes: Bytes, table: Table): Promise<void> {
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

async function readBinary(bytes: Bytes, table: Table): Promise<void> {
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

interface At {
  readonly line?: number;
  readonly offset: number;
}

function refused(expected: string, actual: string, { line, offset }: At, cause?: unknown): WordVectorError {
  const at = line === undefined ? `byte ${offset}` : `line ${line}, byte ${offset}`;
  const facts = {
    where: "readWord2Vec",
    expected: `${expected} at ${at}`,
    actual,
    remedy: 'Check that the file is complete and of the format given, "text" or "binary".',
    ...(line === undefined ? {} : { line }),
    offset,
  };
  return new WordVectorError(facts, cause === undefined ? {} : { cause });
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

/** A stream read piece by piece, whatever its chunks are. */
class Bytes {
  /** Bytes taken so far. */
  offset = 0;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  #chunk = new Uint8Array(0);
  #ended = false;

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = stream.getReader();
  }

  /** What comes before the next `end`, which is passed over; what is left where there is none; undefined after the end. */
  async until(end: number, most: number, at: At): Promise<Uint8Array | undefined> {
    for (let searched = 0; ; ) {
      const found = this.#chunk.indexOf(end, searched);
      if (found >= 0) return this.#remove(found, 1);
      searched = this.#chunk.length;
      if (searched > most)
        throw refused(`a ${end === NEWLINE ? "line end" : "space"} within ${most} bytes`, "none", at);
      if (!(await this.#more())) return searched === 0 ? undefined : this.#remove(searched, 0);
    }
  }

  /** The next `count` bytes; undefined where fewer are left. */
  async take(count: number): Promise<Uint8Array | undefined> {
    while (this.#chunk.length < count) if (!(await this.#more())) return undefined;
    return this.#remove(count, 0);
  }

  /** Passes over the next byte if it is `byte`. */
  async skip(byte: number): Promise<void> {
    while (this.#chunk.length === 0) if (!(await this.#more())) return;
    if (this.#chunk[0] === byte) this.#remove(0, 1);
  }

  async close(): Promise<void> {
    if (!this.#ended) await this.#reader.cancel();
    this.#reader.releaseLock();
  }

  #remove(count: number, after: number): Uint8Array {
    const taken = this.#chunk.subarray(0, count);
    this.#chunk = this.#chunk.subarray(count + after);
    this.offset += count + after;
    return taken;
  }

  async #more(): Promise<boolean> {
    if (this.#ended) return false;
    try {
      const { done, value } = await this.#reader.read();
      this.#ended = done;
      if (value) this.#chunk = this.#chunk.length === 0 ? value : joined(this.#chunk, value);
      return !done;
    } catch (cause) {
      this.#ended = true; // a stream that fails has closed itself
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw refused("a stream that can be read to its end", `a failure: ${reason}`, { offset: this.offset }, cause);
    }
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function streamOf(source: TextSource, gzip: boolean): ReadableStream<Uint8Array<ArrayBuffer>> {
  const stream = source instanceof Blob ? source.stream() : source instanceof Response ? source.body : source;
  if (!stream || (source instanceof Response && !source.ok)) {
    throw refused("a successful response with a body", "none", { offset: 0 });
  }
  return gzip ? stream.pipeThrough(new DecompressionStream("gzip")) : stream;
}

/** What `vectorsFor` gives: a row for each entry of the vocabulary. */
export interface VocabularyVectors {
  readonly vectors: ShapedArray<Float32Array<ArrayBuffer>>;
  /** How many entries have a vector in the file. */
  readonly found: number;
}

/**
 * Rows for the entries of a vocabulary in the order of their ids: those that `readWord2Vec` read, and for the others what
 * `missing` gives, zeros when absent. `Embedding.fromPretrained(vectors)` takes them.
 * @param entries a word for each id; undefined for one that stands for none, such as padding
 */
export function vectorsFor(
  entries: readonly (string | undefined)[],
  { words, vectors }: Pick<WordVectors, "words" | "vectors">,
  missing: (id: number, dimension: number) => ArrayLike<number> = (_, dimension) => new Float32Array(dimension),
): VocabularyVectors {
  expectList(WordVectorError, "vectorsFor", { entries });
  const dimension = vectors.shape[1] as number;
  const rows = new Map(words.map((word, row) => [word, row]));
  const data = new Float32Array(entries.length * dimension);
  let found = 0;
  for (const [id, entry] of entries.entries()) {
    const row = entry === undefined ? undefined : rows.get(entry);
    if (row !== undefined) found++;
    const values =
      row === undefined ? missing(id, dimension) : vectors.data.subarray(row * dimension, (row + 1) * dimension);
    data.set(values, id * dimension);
  }
  return { vectors: { data, shape: [entries.length, dimension] }, found };
}
