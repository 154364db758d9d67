import { describe, expect, test } from "vitest";
import { VocabularyError, VocabularyMismatchError } from "../errors";
import { CharVocabulary } from "./char-vocabulary";
import { compareCodePoints } from "./counts";
import { expectSameVocabulary } from "./mismatch";
import { withEnds } from "./special-entries";
import { Vocabulary } from "./vocabulary";

const sentences = [
  ["the", "cat", "sat"],
  ["the", "dog", "sat"],
  ["the", "end"],
];

describe("Vocabulary", () => {
  test("gives ids to special entries first, then to words, the most frequent first", () => {
    const vocabulary = Vocabulary.from(sentences, { pad: true, unknown: true, start: true, end: true });
    expect(vocabulary.entries).toEqual(["the", "sat", "cat", "dog", "end"]);
    expect(vocabulary).toMatchObject({ size: 9, padId: 0, unknownId: 1, startId: 2, endId: 3 });
    expect([...vocabulary.encode(["the", "bird", "sat"])]).toEqual([4, 1, 5]);
    expect(vocabulary.decode([2, 4, 1, 5, 3, 0, 0])).toEqual(["the", "\ufffd", "sat"]);
    expect([vocabulary.idOf("end"), vocabulary.idOf("bird")]).toEqual([8, 1]);
  });

  test("does not depend on the order of the sentences", () => {
    expect(Vocabulary.from(sentences.toReversed()).entries).toEqual(Vocabulary.from(sentences).entries);
  });

  test("cuts rare words and keeps the most frequent", () => {
    expect(Vocabulary.from(sentences, { minCount: 2 }).entries).toEqual(["the", "sat"]);
    expect(Vocabulary.from(sentences, { maxSize: 3 }).entries).toEqual(["the", "sat", "cat"]);
    expect(Vocabulary.from(["b", "a", "b"]).entries).toEqual(["b", "a"]); // a single list of labels
  });

  test("survives JSON", () => {
    const vocabulary = Vocabulary.from(sentences, { unknown: true, end: true });
    const copy = Vocabulary.fromJSON(JSON.parse(JSON.stringify(vocabulary)));
    expect(copy).toEqual(vocabulary);
    expect([...copy.encode(["dog", "?"])]).toEqual([...vocabulary.encode(["dog", "?"])]);
  });

  test("puts a sequence between start and end", () => {
    const vocabulary = new Vocabulary(["a"], { start: true, end: true });
    expect([...withEnds([2, 2], vocabulary)]).toEqual([0, 2, 2, 1]);
    expect([...withEnds([0], new Vocabulary(["a"], { end: true }))]).toEqual([0, 0]);
    expect(() => withEnds([5], new Vocabulary(["a"]))).toThrowErrorMatchingInlineSnapshot(
      `[VocabularyError: withEnds: expected a vocabulary with a start or an end entry but got one with neither. Make it with { start: true, end: true }.]`,
    );
  });

  test("names what is outside it", () => {
    const vocabulary = new Vocabulary(["a", "b"]);
    expect(() => vocabulary.encode(["a", "c"])).toThrowErrorMatchingInlineSnapshot(
      `[VocabularyError: Vocabulary.encode: expected one of the 2 entries but got "c" at position 1. Add it to the entries, or give the vocabulary an unknown entry: { unknown: true }.]`,
    );
    expect(() => vocabulary.idOf("c")).toThrowErrorMatchingInlineSnapshot(
      `[VocabularyError: Vocabulary.idOf: expected one of the 2 entries but got "c". Add it to the entries, or give the vocabulary an unknown entry: { unknown: true }.]`,
    );
    expect(() => vocabulary.decode([0, 2])).toThrowErrorMatchingInlineSnapshot(
      `[VocabularyError: Vocabulary.decode: expected an id from 0 to 1 but got 2 at position 1. Decode with the vocabulary that encoded the sequence.]`,
    );
    for (const id of [-1, 0.5, Number.NaN]) expect(() => vocabulary.decode([id])).toThrow(VocabularyError);
  });

  test("refuses entries that are none or come twice, and cuts that leave nothing", () => {
    expect(() => new Vocabulary([])).toThrowErrorMatchingInlineSnapshot(
      `[VocabularyError: Vocabulary: expected at least one entry but got none. Pass the entries, or sequences that are not empty.]`,
    );
    expect(() => new Vocabulary(["a", "b", "a"])).toThrowErrorMatchingInlineSnapshot(
      `[VocabularyError: Vocabulary: expected every entry once but got "a" again at position 2. Remove the repetition, or collect the entries with Vocabulary.from.]`,
    );
    expect(() => Vocabulary.from(sentences, { minCount: 4 })).toThrowErrorMatchingInlineSnapshot(
      `[VocabularyError: Vocabulary.from: expected an entry that occurs at least 4 times but got 5 entries, none more than 3 times. Lower minCount, or pass more text.]`,
    );
    expect(() => Vocabulary.from(sentences, { maxSize: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[VocabularyError: Vocabulary.from: expected maxSize to be a whole number of at least 1 but got 0. Pass maxSize as such a number.]`,
    );
    expect(() => Vocabulary.fromJSON({ kind: "Vocabulary", entries: [1] })).toThrowErrorMatchingInlineSnapshot(
      `[VocabularyError: Vocabulary.fromJSON: expected { kind: "Vocabulary", entries: string[], pad, unknown, start, end: boolean } but got {"kind":"Vocabulary","entries":[1]}. Pass what JSON.parse gives for a vocabulary written by JSON.stringify.]`,
    );
  });
});

describe("expectSameVocabulary", () => {
  const saved = new Vocabulary(["a", "b", "c"], { pad: true });

  test("passes what is the same", () => {
    expectSameVocabulary(saved, Vocabulary.fromJSON(JSON.parse(JSON.stringify(saved))));
  });

  test.each([
    new Vocabulary(["a", "b", "d"], { pad: true }),
    new Vocabulary(["a", "c", "b"], { pad: true }),
    new Vocabulary(["a", "b", "c", "d"], { unknown: true }),
    new CharVocabulary("abc", { pad: true }),
  ])("names what differs", (other) => {
    expect(() => expectSameVocabulary(saved, other)).toThrow(VocabularyMismatchError);
  });

  test("names entries that are missing, added and moved", () => {
    const other = new Vocabulary(["a", "d", "b", "e"], { unknown: true });
    expect(() => expectSameVocabulary(saved, other)).toThrowErrorMatchingInlineSnapshot(
      `[VocabularyMismatchError: expectSameVocabulary: expected the vocabulary that the weights were trained with but got another: 4 entries instead of 3; entries lacks "c"; entries has "d", "e" besides; entries[1] is "d" instead of "b"; and 2 more. Encode with the vocabulary that was saved beside the weights, or train again with this one.]`,
    );
    expect(() =>
      expectSameVocabulary(saved, new Vocabulary(["a", "c", "b"], { pad: true })),
    ).toThrowErrorMatchingInlineSnapshot(
      `[VocabularyMismatchError: expectSameVocabulary: expected the vocabulary that the weights were trained with but got another: entries[1] is "c" instead of "b". Encode with the vocabulary that was saved beside the weights, or train again with this one.]`,
    );
  });
});

test("texts are ordered by code points, prefixes first", () => {
  expect(["😀", "ﬀ", "ab", "a", "b"].sort(compareCodePoints)).toEqual(["a", "ab", "b", "ﬀ", "😀"]);
  expect(compareCodePoints("a", "a")).toBe(0);
});
