import { describe, expect, test } from "vitest";
import { EncodingError, TagError } from "../errors";
import { Random } from "../random/random";
import { expectTags } from "./scheme";
import { convertTags, type Span, spanF1, spansOf, tagsOf } from "./spans";

const tags = (text: string) => text.split(" ");

describe("spansOf", () => {
  test.each([
    { text: "O B-a I-a O B-b", spans: ["a 1 3", "b 4 5"] },
    { text: "B-a B-a I-a", spans: ["a 0 1", "a 1 3"] },
    { text: "B-x-y I-x-y", spans: ["x-y 0 2"] },
    { text: "B I O", spans: [" 0 2"] },
    { text: "O O", spans: [] },
  ])("reads $text", ({ text, spans }) => {
    expect(spansOf(tags(text)).map(({ type, start, end }) => `${type} ${start} ${end}`)).toEqual(spans);
  });

  test("reads BIOES", () => {
    const spans = spansOf(tags("S-a B-b E-b O B-c I-c E-c S-c"), { scheme: "bioes" });
    expect(spans.map(({ type, start, end }) => `${type} ${start} ${end}`)).toEqual([
      "a 0 1",
      "b 1 3",
      "c 4 7",
      "c 7 8",
    ]);
  });

  // what conlleval.pl of CoNLL-2000 makes of them
  test.each([
    { text: "O I-a I-a", spans: ["a 1 3"] },
    { text: "B-a I-b I-b", spans: ["a 0 1", "b 1 3"] },
    { text: "I-a B-a", spans: ["a 0 1", "a 1 2"] },
    { text: "B-a nonsense I-a", spans: ["a 0 1", "a 2 3"] },
  ])("reads $text as conlleval does", ({ text, spans }) => {
    const lenient = spansOf(tags(text), { strict: false });
    expect(lenient.map(({ type, start, end }) => `${type} ${start} ${end}`)).toEqual(spans);
    expect(() => spansOf(tags(text))).toThrow(TagError);
  });

  test.each(["B-a O", "B-a S-a", "B-a B-a E-a", "I-a E-a", "E-a", "B-a I-a", "B-a E-b", "S-a E-a"])(
    "refuses %s as BIOES",
    (text) => expect(() => expectTags("spansOf", tags(text), "bioes")).toThrow(TagError),
  );

  test("names the tag, its position and what may stand there", () => {
    expect(() => spansOf(tags("O B-a I-b"))).toThrowErrorMatchingInlineSnapshot(
      `[TagError: spansOf: expected a tag that may follow "B-a" but got "I-b" at position 2. A span starts with B and goes on with I of the same type; correct the tag, or read it without a check.]`,
    );
    expect(() => spansOf(tags("I-a"))).toThrowErrorMatchingInlineSnapshot(
      `[TagError: spansOf: expected a tag that may follow the start of a sentence but got "I-a" at position 0. A span starts with B and goes on with I of the same type; correct the tag, or read it without a check.]`,
    );
    expect(() => spansOf(tags("O S-a"))).toThrowErrorMatchingInlineSnapshot(
      `[TagError: spansOf: expected a tag O, B-type or I-type but got "S-a" at position 1. Name the scheme of the file, and check the column.]`,
    );
    expect(() => spansOf(tags("O B-a"), { scheme: "bioes" })).toThrowErrorMatchingInlineSnapshot(
      `[TagError: spansOf: expected the last span of a sentence to be closed by E but got "B-a" at its end. End spans of several words with E and write single ones as S, or name the scheme as bio.]`,
    );
  });
});

describe("tagsOf and convertTags", () => {
  test.each([1, 2, 3])("give back random spans in both schemes, seed %i", (seed) => {
    const random = new Random(seed);
    const spans: Span[] = [];
    let at = 0;
    while (at < 40) {
      const length = 1 + random.below(4);
      if (random.below(2) === 0) spans.push({ type: `t${random.below(3)}`, start: at, end: at + length });
      at += length;
    }
    const bio = tagsOf(spans, at);
    const bioes = tagsOf(spans, at, { scheme: "bioes" });
    expect(spansOf(bio)).toEqual(spans);
    expect(spansOf(bioes, { scheme: "bioes" })).toEqual(spans);
    expect(convertTags(bio, "bio", "bioes")).toEqual(bioes);
    expect(convertTags(bioes, "bioes", "bio")).toEqual(bio);
  });

  test("write tags without a type as they are read", () => {
    expect(convertTags(["B", "I", "O", "B"], "bio", "bioes")).toEqual(["B", "E", "O", "S"]);
    expect(convertTags(["S", "B", "I", "E"], "bioes", "bio")).toEqual(["B", "B", "I", "I"]);
  });

  test("write a span by its rules, and refuse spans that overlap or reach out", () => {
    expect(tagsOf([{ type: "a", start: 1, end: 4 }], 5, { scheme: "bioes" }).join(" ")).toBe("O B-a I-a E-a O");
    expect(() =>
      tagsOf(
        [
          { type: "a", start: 0, end: 2 },
          { type: "b", start: 1, end: 3 },
        ],
        3,
      ),
    ).toThrowErrorMatchingInlineSnapshot(
      `[TagError: tagsOf: expected spans of at least one of the 3 words, none in two but got b from 1 to 3. A span holds the words from start up to, and without, end.]`,
    );
    expect(() => tagsOf([{ type: "a", start: 0, end: 4 }], 3)).toThrow(TagError);
    expect(() => tagsOf([{ type: "a", start: 2, end: 2 }], 3)).toThrow(TagError);
  });
});

describe("spanF1", () => {
  test("counts spans that are right in type, start and end", () => {
    const expected = [tags("B-a I-a O B-b"), tags("O B-a")];
    const predicted = [tags("B-a I-a O B-a"), tags("B-b I-b")];
    const score = spanF1(predicted, expected);
    expect(score).toMatchObject({ found: 3, expected: 3, correct: 1, precision: 1 / 3, recall: 1 / 3, f1: 1 / 3 });
    expect(score.byType.a).toMatchObject({ found: 2, expected: 2, correct: 1, f1: 0.5 });
    expect(score.byType.b).toMatchObject({ found: 1, expected: 1, correct: 0, f1: 0 });
  });

  test("is 0 where nothing was found, and 1 where all was", () => {
    expect(spanF1([tags("O O")], [tags("O B-a")])).toMatchObject({ precision: 0, recall: 0, f1: 0 });
    expect(spanF1([tags("O O")], [tags("O O")]).f1).toBe(0);
    expect(spanF1([tags("B-a I-a")], [tags("B-a I-a")]).f1).toBe(1);
  });

  test("reads predictions out of order as conlleval does", () => {
    expect(spanF1([tags("O I-a I-a")], [tags("O B-a I-a")]).f1).toBe(1);
  });

  test("refuses sentences that do not match", () => {
    expect(() => spanF1([tags("O O")], [tags("O")])).toThrowErrorMatchingInlineSnapshot(
      `[EncodingError: spanF1: expected as many predicted tags as right ones in every sentence but got 2 beside 1 in sentence 0. Leave out the padding, and pass the sentences in the same order.]`,
    );
    expect(() => spanF1([], [tags("O")])).toThrow(EncodingError);
  });
});
