import { ReadError } from "../errors";
import { expectReading, LINE_OPTIONS, READ_OPTIONS } from "./options";
import { expectSource } from "./source";

/** What can be read: a stream of bytes, a Blob or File, or a Response to a fetch. */
export type TextSource = ReadableStream<Uint8Array<ArrayBuffer>> | Blob | Response;

/** How bytes become text. */
export interface ReadOptions {
  /** Whether the bytes are compressed with gzip; false when absent. */
  gzip?: boolean;
  /** The label of the encoding as TextDecoder knows it; "utf-8" when absent. A byte order mark is dropped. */
  encoding?: string;
}

/** How `readLines` guards against a file without line ends. */
export interface LineOptions extends ReadOptions {
  /** The longest line accepted, in UTF-16 units; 1,048,576 when absent. */
  maxLength?: number;
}

/**
 * Reads text chunk by chunk as it arrives, so that memory does not grow with the file. A character whose bytes lie in
 * two chunks comes whole. Leaving the loop early cancels the source.
 *
 * @throws ReadError if it is no source, the response is not a success, the bytes are not valid in the encoding, or not valid gzip
 */
export async function* readText(
  source: TextSource,
  options: ReadOptions = {},
): AsyncGenerator<string, void, undefined> {
  expectReading("readText", options, READ_OPTIONS);
  expectSource(ReadError, "readText", source);
  yield* textOf(source, options);
}

/** As `readText`, of a source and options that were checked, among them those of a format. */
export async function* textOf(
  source: TextSource,
  { gzip = false, encoding = "utf-8" }: ReadOptions,
): AsyncGenerator<string, void, undefined> {
  const decoder = decoderOf(encoding);
  const reader = (gzip ? bytesOf(source).pipeThrough(new DecompressionStream("gzip")) : bytesOf(source)).getReader();
  let offset = 0;
  let open = true;
  try {
    while (open) {
      open = false; // a stream that fails has closed itself
      const { done, value } = await nextChunk(reader, gzip, offset);
      open = !done;
      const text = decodeChunk(decoder, value, offset);
      offset += value?.length ?? 0;
      if (text !== "") yield text;
    }
  } finally {
    if (open) await reader.cancel();
    reader.releaseLock();
  }
}

/**
 * Reads the lines of a text one by one, without their ends, which are LF or CR LF. A last line without an end counts; an
 * end at the very end of the text starts no further line.
 *
 * @throws ReadError as `readText`, or if a line is longer than `maxLength`
 */
export async function* readLines(
  source: TextSource,
  options: LineOptions = {},
): AsyncGenerator<string, void, undefined> {
  yield* linesOf("readLines", source, options);
}

/** As `readLines`, for a reader with a name, and options of its own. */
export async function* linesOf(
  where: string,
  source: TextSource,
  options: LineOptions,
  own: readonly string[] = [],
): AsyncGenerator<string, void, undefined> {
  expectReading(where, options, [...own, ...LINE_OPTIONS]);
  expectSource(ReadError, where, source);
  const { maxLength = 2 ** 20 } = options;
  let rest = "";
  let number = 1;
  for await (const text of textOf(source, options)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      expectLength(line, number++, maxLength);
      yield withoutReturn(line);
    }
    expectLength(rest, number, maxLength);
  }
  if (rest !== "") yield withoutReturn(rest);
}

function bytesOf(source: TextSource): ReadableStream<Uint8Array<ArrayBuffer>> {
  if (source instanceof Blob) return source.stream();
  if (!(source instanceof Response)) return source;
  if (source.ok && source.body) return source.body;
  throw new ReadError({
    where: "readText",
    expected: "a successful response with a body",
    actual: source.ok ? "no body" : `status ${source.status} ${source.statusText}`.trimEnd(),
    remedy: `Check the address${source.url ? ` ${source.url}` : ""}, and read a response only once.`,
  });
}

function decoderOf(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch (cause) {
    throw new ReadError(
      {
        where: "readText",
        expected: "the label of an encoding that TextDecoder knows",
        actual: JSON.stringify(encoding),
        remedy: 'Pass a label such as "utf-8", "windows-1252" or "shift_jis".',
      },
      { cause },
    );
  }
}

async function nextChunk(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  gzip: boolean,
  offset: number,
): Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>>> {
  try {
    return await reader.read();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ReadError(
      {
        where: "readText",
        expected: gzip ? "gzip data to its end" : "a stream that can be read to its end",
        actual: `a failure after ${offset} bytes of text: ${reason}`,
        remedy: gzip ? "Check that the file is complete, and pass gzip only for .gz files." : "Read the source again.",
      },
      { cause },
    );
  }
}

/** @param bytes undefined at the end of the stream, where a character that began must have ended */
function decodeChunk(decoder: TextDecoder, bytes: Uint8Array<ArrayBuffer> | undefined, offset: number): string {
  try {
    return decoder.decode(bytes, { stream: bytes !== undefined });
  } catch (cause) {
    throw new ReadError(
      {
        where: "readText",
        expected: `valid ${decoder.encoding}`,
        actual: bytes ? `bytes that are not, at or after byte ${offset}` : "an end in the middle of a character",
        remedy: 'Name the encoding of the file, such as { encoding: "windows-1252" }, or { gzip: true } if compressed.',
      },
      { cause },
    );
  }
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

function expectLength(line: string, number: number, maxLength: number): void {
  if (line.length <= maxLength) return;
  throw new ReadError({
    where: "readLines",
    expected: `lines of at most ${maxLength} characters`,
    actual: `line ${number} with ${line.length} or more`,
    remedy: "Raise maxLength, or read the file in chunks with readText.",
  });
}
