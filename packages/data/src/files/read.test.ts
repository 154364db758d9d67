import { describe, expect, test } from "vitest";
import { ReadError } from "../errors";
import { collect } from "../test-support/outcomes";
import { readLines, readText } from "./read";

const utf8 = new TextEncoder();

/** A stream of a text's bytes in chunks of `size` that tells how many chunks were asked for and whether it was cancelled. */
function streamOf(bytes: Uint8Array<ArrayBuffer>, size: number) {
  const state = { pulled: 0, cancelled: false };
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull(controller) {
        const start = size * state.pulled++;
        if (start >= bytes.length) controller.close();
        else controller.enqueue(bytes.slice(start, start + size));
      },
      cancel() {
        state.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, state };
}

async function gzipped(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

describe("readText", () => {
  test.each([1, 2, 3, 5, 1000])("joins characters split over chunks of %i bytes", async (size) => {
    const text = "naïve Ångström 山😀 end";
    const chunks = await collect(readText(streamOf(utf8.encode(text), size).stream));
    expect(chunks.join("")).toBe(text);
  });

  test("reads a Blob, a File and a Response", async () => {
    const sources = [new Blob(["héllo"]), new File(["héllo"], "a.txt"), new Response("héllo")];
    for (const source of sources) expect((await collect(readText(source))).join("")).toBe("héllo");
  });

  test("drops a byte order mark and reads other encodings", async () => {
    expect((await collect(readText(new Blob(["\ufeffabc"])))).join("")).toBe("abc");
    const latin = new Blob([Uint8Array.of(0x63, 0x61, 0x66, 0xe9)]);
    expect((await collect(readText(latin, { encoding: "windows-1252" }))).join("")).toBe("café");
  });

  test("unpacks gzip", async () => {
    const text = "línea\n".repeat(50_000);
    const chunks = await collect(readText(streamOf(await gzipped(text), 64).stream, { gzip: true }));
    expect(chunks.join("")).toBe(text);
    expect(chunks.length).toBeGreaterThan(1);
  });

  test("reads no further than it is asked, and cancels the source when left", async () => {
    const { stream, state } = streamOf(utf8.encode("x".repeat(1000)), 10);
    for await (const chunk of readText(stream)) {
      expect(chunk).toBe("x".repeat(10));
      break;
    }
    expect(state).toEqual({ pulled: 1, cancelled: true });
  });

  test("refuses bytes that are not of the encoding, wherever they are cut", async () => {
    const invalid = new Blob(["abc", Uint8Array.of(0xff), "def"]);
    await expect(collect(readText(invalid))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ReadError: readText: expected valid utf-8 but got bytes that are not, at or after byte 3. Name the encoding of the file, such as { encoding: "windows-1252" }, or { gzip: true } if compressed.]`,
    );
    const cut = new Blob(["abc", utf8.encode("é").slice(0, 1)]);
    await expect(collect(readText(cut))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ReadError: readText: expected valid utf-8 but got an end in the middle of a character. Name the encoding of the file, such as { encoding: "windows-1252" }, or { gzip: true } if compressed.]`,
    );
    await expect(collect(readText(new Blob([""]), { encoding: "latin-7" }))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ReadError: readText: expected the label of an encoding that TextDecoder knows but got "latin-7". Pass a label such as "utf-8", "windows-1252" or "shift_jis".]`,
    );
  });

  test("refuses broken gzip and a stream that fails, and keeps the cause", async () => {
    const plain = new Blob(["not compressed"]);
    await expect(collect(readText(plain, { gzip: true }))).rejects.toThrow(ReadError);
    const cut = new Blob([(await gzipped("some text")).slice(0, 15)]);
    await expect(collect(readText(cut, { gzip: true }))).rejects.toThrow(/^readText: expected gzip data to its end/);
    const cause = new Error("the wire was cut");
    const failing = new ReadableStream<Uint8Array<ArrayBuffer>>({ pull: (controller) => controller.error(cause) });
    const reading = collect(readText(failing));
    await expect(reading).rejects.toMatchObject({ cause });
    await expect(reading).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ReadError: readText: expected a stream that can be read to its end but got a failure after 0 bytes of text: the wire was cut. Read the source again.]`,
    );
  });

  test("refuses a response that is no success or has no body", async () => {
    const missing = new Response("nothing here", { status: 404, statusText: "Not Found" });
    await expect(collect(readText(missing))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ReadError: readText: expected a successful response with a body but got status 404 Not Found. Check the address, and read a response only once.]`,
    );
    await expect(collect(readText(new Response(null)))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ReadError: readText: expected a successful response with a body but got no body. Check the address, and read a response only once.]`,
    );
  });
});

describe("readLines", () => {
  test.each([
    { text: "", lines: [] },
    { text: "\n", lines: [""] },
    { text: "a\nb", lines: ["a", "b"] },
    { text: "a\nb\n", lines: ["a", "b"] },
    { text: "a\r\nb\r\n", lines: ["a", "b"] },
    { text: "a\r\n\r\n\nb\r", lines: ["a", "", "", "b"] },
    { text: "one\rline", lines: ["one\rline"] },
    { text: "é\r\n山😀\n", lines: ["é", "山😀"] },
  ])("$text → $lines, however it is cut", async ({ text, lines }) => {
    for (const size of [1, 2, 3, 100]) {
      expect(await collect(readLines(streamOf(utf8.encode(text), size).stream))).toEqual(lines);
    }
  });

  test("gives a line before the next chunk is read, and cancels the source when left", async () => {
    const { stream, state } = streamOf(utf8.encode("first\nsecond\n"), 6);
    for await (const line of readLines(stream)) {
      expect(line).toBe("first");
      expect(state.pulled).toBe(1);
      break;
    }
    expect(state.cancelled).toBe(true);
  });

  test("refuses a line that never ends without reading it all", async () => {
    const { stream, state } = streamOf(utf8.encode(`short\n${"x".repeat(1000)}`), 10);
    await expect(collect(readLines(stream, { maxLength: 25 }))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ReadError: readLines: expected lines of at most 25 characters but got line 2 with 34 or more. Raise maxLength, or read the file in chunks with readText.]`,
    );
    expect(state.pulled).toBe(4);
    expect(state.cancelled).toBe(true);
  });
});
