import { describe, expect, test } from "vitest";
import { VocabularyError } from "../errors";
import { caught } from "../test-support/outcomes";
import { CharVocabulary } from "./char-vocabulary";

describe("CharVocabulary", () => {
  test("numbers an alphabet in its order", () => {
    const vocabulary = new CharVocabulary("cab");
    expect(vocabulary.size).toBe(3);
    expect(vocabulary.padId).toBeUndefined();
    expect(vocabulary.unknownId).toBeUndefined();
    expect([...vocabulary.encode("abc")]).toEqual([1, 2, 0]);
    expect(vocabulary.decode([1, 2, 0])).toBe("abc");
  });

  test.each([
    { options: { pad: true }, ids: [1, 2], padId: 0, unknownId: undefined },
    { options: { unknown: true }, ids: [1, 2], padId: undefined, unknownId: 0 },
    { options: { pad: true, unknown: true }, ids: [2, 3], padId: 0, unknownId: 1 },
  ])("puts special entries first: $options", ({ options, ids, padId, unknownId }) => {
    const vocabulary = new CharVocabulary("ab", options);
    expect(vocabulary).toMatchObject({ padId, unknownId, size: 2 + (ids[0] ?? 0) });
    expect([...vocabulary.encode("ab")]).toEqual(ids);
  });

  test("decodes padding to nothing and the unknown entry to the replacement character", () => {
    const vocabulary = new CharVocabulary("ab", { pad: true, unknown: true });
    expect([...vocabulary.encode("a?b")]).toEqual([2, 1, 3]);
    expect(vocabulary.decode([2, 1, 3, 0, 0])).toBe("a\ufffdb");
  });

  test("counts code points, so that an emoji is one character", () => {
    const vocabulary = CharVocabulary.fromText("a😀");
    expect(vocabulary.characters).toEqual(["a", "😀"]);
    expect([...vocabulary.encode("😀a😀")]).toEqual([1, 0, 1]);
    expect(vocabulary.decode([1, 0])).toBe("😀a");
  });

  test("collects texts in the order of code points, whatever their own order", () => {
    const expected = ["A", "b", "ﬀ", "😀"]; // by UTF-16 unit, the emoji would come before the ligature
    expect(CharVocabulary.fromText(["bA", "😀ﬀ"]).characters).toEqual(expected);
    expect(CharVocabulary.fromText(["😀bb", "ﬀA"]).characters).toEqual(expected);
  });

  test("collects a stream of chunks as it does a text", async () => {
    async function* chunks() {
      yield "hel";
      yield "lo";
    }
    const vocabulary = await CharVocabulary.fromStream(chunks(), { pad: true });
    expect(vocabulary).toEqual(CharVocabulary.fromText("hello", { pad: true }));
    expect(vocabulary.characters.join("")).toBe("ehlo");
  });

  test.each([{}, { pad: true }, { unknown: true }, { pad: true, unknown: true }])(
    "survives JSON with %o",
    (options) => {
      const vocabulary = new CharVocabulary("xyz😀", options);
      const copy = CharVocabulary.fromJSON(JSON.parse(JSON.stringify(vocabulary)));
      expect(copy.toJSON()).toEqual(vocabulary.toJSON());
      expect(copy.size).toBe(vocabulary.size);
      expect([...copy.encode("z😀x")]).toEqual([...vocabulary.encode("z😀x")]);
    },
  );
});

describe("CharVocabulary's errors", () => {
  test("name an unknown character, its position and the way out", () => {
    const vocabulary = new CharVocabulary("ab😀");
    expect(() => vocabulary.encode("a😀é")).toThrowErrorMatchingInlineSnapshot(
      `[VocabularyError: CharVocabulary.encode: expected one of the 3 characters of the alphabet but got "é" (U+00E9) at position 2. Remove or replace it, add it to the alphabet, or give the vocabulary an unknown entry: { unknown: true }.]`,
    );
    expect(() => vocabulary.encode("a\n")).toThrowErrorMatchingInlineSnapshot(
      `[VocabularyError: CharVocabulary.encode: expected one of the 3 characters of the alphabet but got U+000A at position 1. Remove or replace it, add it to the alphabet, or give the vocabulary an unknown entry: { unknown: true }.]`,
    );
    const error = caught(() => vocabulary.encode("a😀é"));
    expect(error).toBeInstanceOf(VocabularyError);
    expect(error).toMatchObject({ name: "VocabularyError", character: "é", position: 2 });
  });

  test("name an id outside the vocabulary", () => {
    const vocabulary = new CharVocabulary("ab", { pad: true });
    expect(() => vocabulary.decode([1, 3])).toThrowErrorMatchingInlineSnapshot(
      `[VocabularyError: CharVocabulary.decode: expected an id from 0 to 2 but got 3 at position 1. Decode with the vocabulary that encoded the text.]`,
    );
    for (const id of [-1, 0.5, Number.NaN]) expect(() => vocabulary.decode([id])).toThrow(VocabularyError);
  });

  test("refuse an alphabet that is empty, repeats itself or holds words", () => {
    expect(() => new CharVocabulary("")).toThrowErrorMatchingInlineSnapshot(
      `[VocabularyError: CharVocabulary: expected at least one character but got none. Pass the alphabet, or a text that is not empty.]`,
    );
    expect(() => new CharVocabulary("aba")).toThrowErrorMatchingInlineSnapshot(
      `[VocabularyError: CharVocabulary: expected every character once but got "a" (U+0061) again at position 2. Remove the repetition, or collect the characters of a text with CharVocabulary.fromText.]`,
    );
    expect(() => new CharVocabulary(["a", "bc"])).toThrowErrorMatchingInlineSnapshot(
      `[VocabularyError: CharVocabulary: expected every entry of the alphabet to be one character but got "bc" at position 1. Pass a string or a list of single characters; CharVocabulary.fromText takes whole texts.]`,
    );
    expect(() => CharVocabulary.fromText([])).toThrow(VocabularyError);
  });

  test.each([
    null,
    "abc",
    { kind: "WordVocabulary", characters: ["a"], pad: false, unknown: false },
    { kind: "CharVocabulary", characters: [1], pad: false, unknown: false },
    { kind: "CharVocabulary", characters: "ab", pad: false, unknown: false },
    { kind: "CharVocabulary", characters: ["a"], pad: 1, unknown: false },
    { kind: "CharVocabulary", characters: ["ab"], pad: false, unknown: false },
  ])("refuse JSON that is no vocabulary: %j", (json) => {
    expect(() => CharVocabulary.fromJSON(json)).toThrow(VocabularyError);
  });

  test("show what came in place of a vocabulary", () => {
    expect(() => CharVocabulary.fromJSON({ characters: "ab" })).toThrowErrorMatchingInlineSnapshot(
      `[VocabularyError: CharVocabulary.fromJSON: expected { kind: "CharVocabulary", characters: string[], pad: boolean, unknown: boolean } but got {"characters":"ab"}. Pass what JSON.parse gives for a vocabulary written by JSON.stringify.]`,
    );
  });
});

describe("CharVocabulary of graphemes", () => {
  const family = "👨‍👩‍👧";

  test("takes what a reader sees as one character", () => {
    const text = `e\u0301a${family}`;
    const vocabulary = CharVocabulary.fromText(text, { graphemes: true });
    expect(vocabulary.characters).toEqual(["a", "e\u0301", family]);
    expect([...vocabulary.encode(text)]).toEqual([1, 0, 2]);
    expect(vocabulary.decode([1, 0, 2])).toBe(text);
    expect(CharVocabulary.fromText(text).size).toBe(3 + 4); // e, ´, a, three people, and what joins them
    expect(CharVocabulary.fromJSON(JSON.parse(JSON.stringify(vocabulary)))).toEqual(vocabulary);
  });

  test("finds a character that lies in two chunks", async () => {
    async function* chunks() {
      yield "ae";
      yield "\u0301";
      yield "b";
    }
    const vocabulary = await CharVocabulary.fromStream(chunks(), { graphemes: true });
    expect(vocabulary.characters).toEqual(["a", "b", "e\u0301"]);
  });
});

describe("CharVocabulary's special entries and cuts", () => {
  test("start and end come behind padding and unknown, and are left out of a text", () => {
    const vocabulary = new CharVocabulary("ab", { pad: true, unknown: true, start: true, end: true });
    expect(vocabulary).toMatchObject({ padId: 0, unknownId: 1, startId: 2, endId: 3, size: 6 });
    expect(vocabulary.decode([2, 4, 5, 3, 0])).toBe("ab");
  });

  test("reads JSON from before there were start and end", () => {
    const json = { kind: "CharVocabulary", characters: ["a"], pad: true, unknown: false };
    expect(CharVocabulary.fromJSON(json).size).toBe(2);
  });

  test("keeps frequent characters, in the order of code points", () => {
    expect(CharVocabulary.fromText("ccbbba", { minCount: 2 }).characters).toEqual(["b", "c"]);
    expect(CharVocabulary.fromText("ccbbba", { maxSize: 1, unknown: true }).characters).toEqual(["b"]);
  });
});
