import { describe, expect, test } from "vitest";
import { EncodingError } from "../errors";
import { bagOfWords, TfIdf } from "./bag-of-words";
import { letterTrigrams, WordHashing } from "./letter-trigrams";
import { NgramCounts, ngrams } from "./ngrams";

describe("bagOfWords", () => {
  test("counts ids, or tells which occur", () => {
    const documents = [[0, 2, 2], [], [1]];
    expect(bagOfWords(documents, 3)).toEqual({ data: Float32Array.of(1, 0, 2, 0, 0, 0, 0, 1, 0), shape: [3, 3] });
    expect([...bagOfWords(documents, 3, { binary: true }).data]).toEqual([1, 0, 1, 0, 0, 0, 0, 1, 0]);
    expect([...bagOfWords([[0, 9, 1]], 2, { ignore: [9, undefined] }).data]).toEqual([1, 1]);
  });

  test("names an id that is out of range", () => {
    expect(() => bagOfWords([[0], [1, 3]], 3)).toThrowErrorMatchingInlineSnapshot(
      `[EncodingError: bagOfWords: expected ids to be integers from 0 to 2 but got 3 at position 1 of document 1. Raise size, or correct the id.]`,
    );
  });
});

describe("TfIdf", () => {
  const bags = bagOfWords([[0, 0, 1], [0, 2], [0]], 3);

  // idf: ln(4/4) + 1 = 1, ln(4/2) + 1 = 1.693147 twice
  test("weights words by how few documents have them", () => {
    const { data, shape } = TfIdf.fit(bags).transform(bags);
    expect(shape).toEqual([3, 3]);
    const expected = [0.763228, 0.646129, 0, 0.508542, 0, 0.861037, 1, 0, 0];
    for (const [at, value] of data.entries()) expect(value).toBeCloseTo(expected[at] ?? Number.NaN, 6);
  });

  test("leaves the length of rows alone when told to, and empty rows always", () => {
    const { data } = TfIdf.fit(bags).transform(bagOfWords([[0, 0], []], 3), { normalize: false });
    expect([...data]).toEqual([2, 0, 0, 0, 0, 0]);
    expect([...TfIdf.fit(bags).transform(bagOfWords([[]], 3)).data]).toEqual([0, 0, 0]);
  });

  test("survives JSON, and refuses bags of another size", () => {
    const copy = TfIdf.fromJSON(JSON.parse(JSON.stringify(TfIdf.fit(bags))));
    expect(copy.transform(bags)).toEqual(TfIdf.fit(bags).transform(bags));
    expect(() => copy.transform(bagOfWords([[0]], 4))).toThrowErrorMatchingInlineSnapshot(
      `[EncodingError: TfIdf.transform: expected bags of shape [B, 3] but got [1, 4]. Count the words with the vocabulary that the weights were made with.]`,
    );
    expect(() => TfIdf.fromJSON({ kind: "TfIdf", documents: 1, frequencies: [2] })).toThrow(EncodingError);
  });
});

describe("WordHashing", () => {
  test("cuts a word into letter trigrams, as the paper does", () => {
    expect(letterTrigrams("good")).toEqual(["#go", "goo", "ood", "od#"]);
    expect(letterTrigrams("a")).toEqual(["#a#"]);
    expect(letterTrigrams("")).toEqual([]);
    expect(letterTrigrams("😀b")).toEqual(["#😀b", "😀b#"]);
  });

  test("counts trigrams of words and texts, known or not", () => {
    const hashing = WordHashing.fromWords(["good", "goo"]);
    expect(hashing.trigrams.entries).toEqual(["#go", "goo", "od#", "oo#", "ood"]);
    expect(hashing.encode(["good", ["goo", "food"]])).toEqual({
      data: Float32Array.of(1, 1, 1, 0, 1, 1, 1, 1, 1, 1),
      shape: [2, 5],
    });
    const open = WordHashing.fromWords(["good"], { unknown: true });
    expect([...open.encode(["food"]).data]).toEqual([2, 0, 0, 1, 1]);
    const copy = WordHashing.fromJSON(JSON.parse(JSON.stringify(hashing)));
    expect(copy.encode(["good"])).toEqual(hashing.encode(["good"]));
    expect(() => WordHashing.fromJSON({ kind: "Words" })).toThrowErrorMatchingInlineSnapshot(
      `[EncodingError: WordHashing.fromJSON: expected { kind: "WordHashing", trigrams } but got {"kind":"Words"}. Pass what JSON.parse gives for a word hashing written by JSON.stringify.]`,
    );
  });

  test("finds words that hash alike", () => {
    // #ab abc bca cab abd bda dab ab#, in another order
    expect(WordHashing.fromWords(["x"]).collisions(["abcabdab", "abdabcab", "abc", "abc"])).toEqual([
      ["abcabdab", "abdabcab"],
    ]);
  });
});

describe("n-grams", () => {
  test("are the runs of neighbours", () => {
    expect(ngrams(["a", "b", "c"], 2)).toEqual([
      ["a", "b"],
      ["b", "c"],
    ]);
    expect(ngrams([1, 2], 3)).toEqual([]);
  });

  test("are counted within sequences, and tell how likely a word is", () => {
    const counts = new NgramCounts(2).add([
      ["a", "b", "a", "b"],
      ["a", "c"],
    ]);
    expect(counts.count(["a"])).toBe(3);
    expect(counts.count(["a", "b"])).toBe(2);
    expect(counts.count(["b", "a"])).toBe(1); // and none over the end of a sequence
    expect(counts.list(2)[0]).toEqual({ run: ["a", "b"], count: 2 });
    expect(counts.probability("b", ["x", "a"])).toBeCloseTo(2 / 3);
    expect(counts.probability("c", ["b"], { add: 1 })).toBeCloseTo(1 / 4);
    expect(counts.probability("c", ["?"])).toBe(0);
    const smoothed = ["a", "b", "c"].map((word) => counts.probability(word, ["?"], { add: 0.5 }));
    expect(smoothed.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1);
  });

  test("tell words apart that hold spaces or commas", () => {
    const counts = new NgramCounts(2).add([
      ["a b", "c"],
      ["a", "b c"],
    ]);
    expect(counts.list(2)).toHaveLength(2);
    expect(counts.count(['a","b', "c"])).toBe(0);
  });

  test("of one word know no history", () => {
    expect(new NgramCounts(1).add([["a", "a", "b"]]).probability("a", ["b"])).toBeCloseTo(2 / 3);
    expect(() => new NgramCounts(0)).toThrow(EncodingError);
  });
});
