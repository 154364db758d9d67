import { WordVectorError } from "../errors";
import type { TextSource } from "../files/read";

/** Where in a file of vectors something is. */
export interface At {
  readonly line?: number;
  readonly offset: number;
}

/** The error of a file that is not of its form. */
export function refused(expected: string, actual: string, { line, offset }: At, cause?: unknown): WordVectorError {
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

export const NEWLINE = 0x0a;
export const SPACE = 0x20;

/** A stream read piece by piece, whatever its chunks are. */
export class ByteReader {
  /** Bytes taken so far. */
  offset = 0;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  #chunk = new Uint8Array(0);
  #ended = false;

  constructor(source: TextSource, gzip: boolean) {
    this.#reader = streamOf(source, gzip).getReader();
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
