import { describe, expect, test } from "vitest";
import { vectorsFor } from "./word-vectors";
import { readWord2Vec, type Word2VecOptions } from "./word2vec";

const encoder = new TextEncoder();

/** Bytes that arrive `size` at a time. */
function stream(bytes: Uint8Array<ArrayBuffer>, size: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + size));
      at += size;
    },
  });
}

/** Words and their numbers as word2vec writes them in binary, each vector with a line end or without. */
function binary(header: string, rows: readonly (readonly [string, number[]])[], end = "\n"): Uint8Array<ArrayBuffer> {
  const parts = [encoder.encode(`${header}\n`)];
  for (const [word, numbers] of rows) {
    const values = new DataView(new ArrayBuffer(4 * numbers.length));
    for (const [index, number] of numbers.entries()) values.setFloat32(4 * index, number, true);
    parts.push(encoder.encode(`${word} `), new Uint8Array(values.buffer), encoder.encode(end));
  }
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const text = (content: string, size = 5) => stream(encoder.encode(content), size);
const asText: Word2VecOptions = { format: "text" };
const asBinary: Word2VecOptions = { format: "binary" };

const expected = {
  words: ["the", "Zürich", "cat"],
  vectors: { data: Float32Array.of(1, -2.5, 0, 4, 0.5, 1e-3), shape: [3, 2] },
  repeated: 0,
};
const rows = [
  ["the", [1, -2.5]],
  ["Zürich", [0, 4]],
  ["cat", [0.5, Math.fround(1e-3)]],
] as const;

describe.each([1, 3, 1000])("in chunks of %i bytes", (size) => {
  test("text with a first line of counts, without one, and with other line ends", async () => {
    const lines = "the 1 -2.5 \nZürich 0 4\ncat 0.5 1e-3\n";
    expect(await readWord2Vec(text(`3 2\n${lines}`, size), asText)).toEqual(expected);
    expect(await readWord2Vec(text(lines, size), asText)).toEqual(expected);
    expect(await readWord2Vec(text(lines.trimEnd().replaceAll("\n", "\r\n"), size), asText)).toEqual(expected);
  });

  test("binary, with line ends after the vectors and without", async () => {
    for (const end of ["\n", ""]) {
      const bytes = binary(
        "3 2",
        rows.map(([word, numbers]) => [word, [...numbers]]),
        end,
      );
      expect(await readWord2Vec(stream(bytes, size), asBinary)).toEqual(expected);
    }
  });
});

test("words with spaces in them, as GloVe has some, and words that begin with U+FEFF", async () => {
  const { words, vectors } = await readWord2Vec(
    text("\ufeffthe 1 2\n. . . 3 4\nat name@domain.com 5 6\n\ufeffcat 7 8\ncat 9 0\n"),
    asText,
  );
  expect(words).toEqual(["the", ". . .", "at name@domain.com", "\ufeffcat", "cat"]);
  expect([...vectors.data]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 0]);
  const bytes = binary("2 1", [
    ["\ufeffcat", [1]],
    ["cat", [2]],
  ]);
  expect((await readWord2Vec(stream(bytes, 7), asBinary)).words).toEqual(["\ufeffcat", "cat"]);
});

test("only words that are asked for, each once", async () => {
  const lines = "the 1 2\ncat 3 4\ncat 5 6\ndog 7 8\n";
  expect(await readWord2Vec(text(lines), { ...asText, words: ["dog", "cat", "bird"] })).toEqual({
    words: ["cat", "dog"],
    vectors: { data: Float32Array.of(3, 4, 7, 8), shape: [2, 2] },
    repeated: 1,
  });
});

test("a Blob, compressed", async () => {
  const blob = new Blob(["a 1\nb 2\n"]);
  const gzip = await new Response(blob.stream().pipeThrough(new CompressionStream("gzip"))).blob();
  expect((await readWord2Vec(gzip, { ...asText, gzip: true })).words).toEqual(["a", "b"]);
});

test("rows for a vocabulary, with what is missing made as asked", async () => {
  const read = await readWord2Vec(text("the 1 2\ncat 3 4\n"), asText);
  expect(vectorsFor([undefined, "cat", "dog"], read)).toEqual({
    vectors: { data: Float32Array.of(0, 0, 3, 4, 0, 0), shape: [3, 2] },
    found: 1,
  });
  expect([
    ...vectorsFor(["dog"], read, (id, dimension) => new Float32Array(dimension).fill(id + 9)).vectors.data,
  ]).toEqual([9, 9]);
});

describe("a file that is not of the form is refused, with where", () => {
  const refusal = async (source: ReadableStream<Uint8Array<ArrayBuffer>>, options: Word2VecOptions) => {
    try {
      await readWord2Vec(source, options);
    } catch (error) {
      return error;
    }
    return "no error";
  };

  test("text", async () => {
    expect(await refusal(text("a 1 2\nb 3\n"), asText)).toMatchInlineSnapshot(
      `[WordVectorError: readWord2Vec: expected 2 numbers after the word at line 2, byte 6 but got 1. Check that the file is complete and of the format given, "text" or "binary".]`,
    );
    expect(await refusal(text("a 1 2\nb 3 4 5\n"), asText)).toMatchObject({ line: 2, actual: "3" });
    expect(await refusal(text("a 1 2\nb 3 x\n"), asText)).toMatchInlineSnapshot(
      `[WordVectorError: readWord2Vec: expected finite numbers at line 2, byte 6 but got "x" as number 2. Check that the file is complete and of the format given, "text" or "binary".]`,
    );
    expect(await refusal(text("3 2\na 1 2\n"), asText)).toMatchInlineSnapshot(
      `[WordVectorError: readWord2Vec: expected 3 words, as line 1 says, at line 1, byte 0 but got 1. Check that the file is complete and of the format given, "text" or "binary".]`,
    );
    expect(await refusal(text("word\n"), asText)).toMatchInlineSnapshot(
      `[WordVectorError: readWord2Vec: expected vectors of 1 to 65536 numbers at line 1, byte 0 but got 0. Check that the file is complete and of the format given, "text" or "binary".]`,
    );
    expect(await refusal(stream(Uint8Array.of(0x61, 0xff, 0x20, 0x31, 0x0a), 9), asText)).toMatchInlineSnapshot(
      `[WordVectorError: readWord2Vec: expected valid UTF-8 at line 1, byte 0 but got bytes that are not. Check that the file is complete and of the format given, "text" or "binary".]`,
    );
    expect(await refusal(text("a 1 2\nb 3 1e999\n"), asText)).toMatchObject({ line: 2, offset: 6 });
  });

  test("binary", async () => {
    expect(await refusal(text("hello\n"), asBinary)).toMatchInlineSnapshot(
      `[WordVectorError: readWord2Vec: expected a first line of two whole numbers, words and dimension at byte 0 but got none. Check that the file is complete and of the format given, "text" or "binary".]`,
    );
    expect(await refusal(text("1 0\n"), asBinary)).toMatchInlineSnapshot(
      `[WordVectorError: readWord2Vec: expected vectors of 1 to 65536 numbers at byte 0 but got 0. Check that the file is complete and of the format given, "text" or "binary".]`,
    );
    expect(await refusal(stream(binary("3 2", [["a", [1, 2]]]), 9), asBinary)).toMatchInlineSnapshot(
      `[WordVectorError: readWord2Vec: expected 3 words, as line 1 says, at byte 15 but got an end within word 2. Check that the file is complete and of the format given, "text" or "binary".]`,
    );
    expect(await refusal(stream(binary("1 2", [["a", [1, Number.NaN]]]), 9), asBinary)).toMatchInlineSnapshot(
      `[WordVectorError: readWord2Vec: expected finite numbers at byte 4 but got NaN as number 2 of "a". Check that the file is complete and of the format given, "text" or "binary".]`,
    );
    const endless = encoder.encode(`1 2\n${"x".repeat(10000)}`);
    expect(await refusal(stream(endless, 4096), asBinary)).toMatchInlineSnapshot(
      `[WordVectorError: readWord2Vec: expected a space within 4096 bytes at byte 4 but got none. Check that the file is complete and of the format given, "text" or "binary".]`,
    );
  });
});
