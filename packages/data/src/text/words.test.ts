import { describe, expect, test } from "vitest";
import { TokenizerError } from "../errors";
import { BytePairTokenizer } from "./bpe/tokenizer";
import { CharVocabulary } from "./char-vocabulary";
import { tokenizerFromJSON } from "./tokenizer-from-json";
import { WordTokenizer } from "./word-tokenizer";
import { splitWords } from "./words";

describe("splitWords", () => {
  test.each([
    { text: "Don't pay 3.50!", words: ["Don't", "pay", "3.50", "!"] },
    { text: "mother-in-law’s", words: ["mother-in-law’s"] },
    { text: "end.Start 1,000,000.", words: ["end", ".", "Start", "1,000,000", "."] },
    { text: "- 'quoted' --", words: ["-", "'", "quoted", "'", "-", "-"] },
    { text: "naïve Ελλάδα ½ e\u0301a", words: ["naïve", "Ελλάδα", "½", "e\u0301a"] },
    { text: "हिन्दी में 😀", words: ["हिन्दी", "में", "😀"] },
    { text: "I ❤️ you 1️⃣", words: ["I", "❤️", "you", "1️⃣"] },
    { text: " \t\n", words: [] },
  ])("$text → $words", ({ text, words }) => {
    expect(splitWords(text)).toEqual(words);
  });

  test("drops or keeps punctuation, and lowers the case", () => {
    const text = "«Ça va?» SHE said, 3.5%";
    expect(splitWords(text, { punctuation: "drop", lowerCase: true })).toEqual(["ça", "va", "she", "said", "3.5"]);
    expect(splitWords("I ❤️ you ☺️", { punctuation: "drop" })).toEqual(["I", "you"]);
    expect(splitWords(text, { punctuation: "keep" })).toEqual(["«Ça", "va?»", "SHE", "said,", "3.5%"]);
  });

  test("finds words where none are parted by spaces, given the language", () => {
    expect(splitWords("私は学生です。", { locale: "ja" }).length).toBeGreaterThan(3);
    expect(splitWords("私は学生です。", { locale: "ja", punctuation: "drop" })).not.toContain("。");
    expect(splitWords("私は学生です。")).toEqual(["私は学生です", "。"]);
  });

  test("takes a long run of one kind", () => {
    expect(splitWords("a'".repeat(50_000))).toHaveLength(2);
    expect(splitWords("1,".repeat(50_000))).toHaveLength(2);
  });
});

describe("WordTokenizer", () => {
  const texts = ["The cat sat.", "the dog sat!"];

  test("learns words and writes them as ids", () => {
    const tokenizer = WordTokenizer.train(texts, { lowerCase: true, minCount: 2 });
    expect(tokenizer.vocabulary.entries).toEqual(["sat", "the"]);
    expect([...tokenizer.encode("THE bird sat")]).toEqual([2, 0, 1]);
    expect(tokenizer.decode([2, 0, 1])).toBe("the \ufffd sat");
    expect(tokenizer.size).toBe(3);
  });

  test("survives JSON", () => {
    const tokenizer = WordTokenizer.train(texts, { punctuation: "drop", locale: "en", pad: true });
    const copy = WordTokenizer.fromJSON(JSON.parse(JSON.stringify(tokenizer)));
    expect([...copy.encode("the cat, sat")]).toEqual([...tokenizer.encode("the cat, sat")]);
    expect(copy.toJSON()).toEqual(tokenizer.toJSON());
  });

  test("refuses JSON that is no tokenizer", () => {
    const json = { ...WordTokenizer.train(texts).toJSON(), rules: { lowerCase: 1 } };
    expect(() => WordTokenizer.fromJSON(json)).toThrow(TokenizerError);
    expect(() => WordTokenizer.fromJSON(null)).toThrowErrorMatchingInlineSnapshot(
      `[TokenizerError: WordTokenizer.fromJSON: expected { kind: "WordTokenizer", vocabulary, rules: { lowerCase, punctuation } } but got null. Pass what JSON.parse gives for a tokenizer written by JSON.stringify.]`,
    );
  });
});

describe("tokenizerFromJSON", () => {
  const text = "the cat sat";

  test.each([CharVocabulary.fromText(text), WordTokenizer.train(text), BytePairTokenizer.train(text, { size: 300 })])(
    "makes what it finds",
    (tokenizer) => {
      const copy = tokenizerFromJSON(JSON.parse(JSON.stringify(tokenizer)));
      expect(copy).toBeInstanceOf(tokenizer.constructor);
      expect(copy.encode(text)).toEqual(tokenizer.encode(text));
    },
  );

  test("refuses what is none", () => {
    expect(() => tokenizerFromJSON({ kind: "Sentences" })).toThrowErrorMatchingInlineSnapshot(
      `[TokenizerError: tokenizerFromJSON: expected a kind of CharVocabulary, WordTokenizer, BytePairTokenizer but got {"kind":"Sentences"}. Pass what JSON.parse gives for a tokenizer written by JSON.stringify.]`,
    );
  });
});
