import { messagesOf } from "@unroll/testing";
import { expect, test } from "vitest";
import {
  chrf,
  corpusBleu,
  exactMatch,
  modifiedPrecision,
  phonemeErrorRate,
  rougeL,
  sacreBleu,
  sentenceBleu,
  wordErrorRate,
} from "..";

/** What plain JavaScript lets one pass. */
const loose = (value: unknown) => value as never;
const said = [
  ["le", "chat", "dort", "bien"],
  ["il", "mange", "du", "pain"],
];
const [words = []] = said;
const texts = said.map((sentence) => sentence.join(" "));
const ids = Int32Array.of(1, 2);

const bad: Record<string, () => unknown> = {
  "lists of words for lists of references, BLEU": () => corpusBleu(said, loose(said)),
  "lists of words for lists of references, ROUGE": () => rougeL(said, loose(said)),
  "words for references": () => sentenceBleu(words, loose(words)),
  "words for references of a precision": () => modifiedPrecision(words, loose(words), 1),
  "numbers for references": () => corpusBleu([[1, 2]], loose([[1, 2]])),
  "texts for lists of references, BLEU": () => corpusBleu(texts, loose(texts)),
  "texts for lists of references, sacreBLEU": () => sacreBleu(texts, loose(texts)),
  "texts for lists of references, chrF": () => chrf(texts, loose(texts)),
  "texts for lists of references, ROUGE": () => rougeL(texts, loose(texts)),
  "a text for references": () => sentenceBleu("a b", loose("a b")),
  "words that sacreBLEU makes itself": () => sacreBleu(loose(said), loose(said.map((each) => [each]))),
  "words in references of sacreBLEU": () => sacreBleu(texts, loose(said.map((each) => [each]))),
  "words where characters count": () => chrf(loose(said), loose(said)),
  "a list beside a text": () => exactMatch(texts, said),
  "a list of references for one": () => exactMatch(said, loose(said.map((each) => [each]))),
  "a list of texts for a text": () => wordErrorRate(texts, loose(texts.map((each) => [each]))),
  "ids as they are encoded": () => wordErrorRate(loose([ids]), loose([ids])),
  "ids for a list of sentences": () => exactMatch(loose(ids), loose(ids)),
  "a text for a list of them": () => exactMatch(loose("ab"), loose("ab")),
  "nothing for a sentence": () => phonemeErrorRate(loose([undefined]), ["a"]),
  "no symbol among symbols": () => exactMatch(loose([["a", undefined]]), [["a", "b"]]),
  "no references": () => corpusBleu(texts, loose(undefined)),
  "a promise of hypotheses": () => corpusBleu(loose(Promise.resolve(texts)), []),
  "a promise of references": () => sentenceBleu("a", loose(Promise.resolve(["a"]))),
  "promises of sentences": () => wordErrorRate(loose([Promise.resolve("a")]), ["a"]),
  "a third list, of word errors": () => wordErrorRate(texts, texts, loose(texts)),
  "a third text, of phoneme errors": () => phonemeErrorRate(texts, texts, loose("words")),
  "an option of exact matches": () => exactMatch(texts, texts, loose({ lowercase: true })),
  "a third number, of ROUGE": () => rougeL(texts, [["a"]], loose(2)),
  "a promise of a reference": () => rougeL(said.slice(1), loose([[Promise.resolve("a")]])),
};

test("what metrics cannot compare is refused by name", () => {
  expect(messagesOf(bad)).toMatchInlineSnapshot(`
    {
      "a list beside a text": "ShapeError: exactMatch: references[0] should be a text, as hypotheses[0] is, but is a list. Each hypothesis is compared with one reference, of the same form.",
      "a list of references for one": "ValueError: exactMatch: references[0] should be of texts or numbers but is with a list in it.",
      "a list of texts for a text": "ShapeError: wordErrorRate: references[0] should be one text, or a list of symbols without spaces, since the hypothesis is read by words, but is a list of texts. Each hypothesis is compared with one reference, not with a list of them.",
      "a promise of a reference": "ValueError: rougeL: references[0][0] should be a text or a list of symbols but is a Promise. Await it.",
      "a promise of hypotheses": "ValueError: corpusBleu: hypotheses should be a list but is a Promise. Await it.",
      "a promise of references": "ValueError: sentenceBleu: references should be a list but is a Promise. Await it.",
      "a text for a list of them": "ValueError: exactMatch: hypotheses should be a list but is the text "ab".",
      "a text for references": "ShapeError: sentenceBleu: references should be a list of references but is the text "a b". A hypothesis is compared with a list of references: pass [reference] where there is one.",
      "a third list, of word errors": "ValueError: wordErrorRate: options should be left out, since there are none, but is a list.",
      "a third number, of ROUGE": "ValueError: rougeL: options should be { beta } but is a Number.",
      "a third text, of phoneme errors": "ValueError: phonemeErrorRate: options should be left out, since there are none, but is the text "words".",
      "an option of exact matches": "ValueError: exactMatch: options should be left out, since there are none, but is an Object.",
      "ids as they are encoded": "ValueError: wordErrorRate: hypotheses[0] should be a text or a list of symbols but is an Int32Array. Make a list of it with Array.from.",
      "ids for a list of sentences": "ValueError: exactMatch: hypotheses should be a list but is an Int32Array. Make a list of it with Array.from.",
      "lists of words for lists of references, BLEU": "ShapeError: corpusBleu: references[0][0] should be a list of symbols, as hypotheses[0] is, but is the text "le". Each hypothesis is compared with a list of references: pass references.map((reference) => [reference]) where there is one each.",
      "lists of words for lists of references, ROUGE": "ShapeError: rougeL: references[0][0] should be a list of symbols, as hypotheses[0] is, but is the text "le". Each hypothesis is compared with a list of references: pass references.map((reference) => [reference]) where there is one each.",
      "no references": "ValueError: corpusBleu: references should be a list but is undefined.",
      "no symbol among symbols": "ValueError: exactMatch: hypotheses[0] should be of texts or numbers but is with undefined in it.",
      "nothing for a sentence": "ValueError: phonemeErrorRate: hypotheses[0] should be a text or a list of symbols but is undefined.",
      "numbers for references": "ShapeError: corpusBleu: references[0][0] should be a list of symbols, as hypotheses[0] is, but is 1. Each hypothesis is compared with a list of references: pass references.map((reference) => [reference]) where there is one each.",
      "promises of sentences": "ValueError: wordErrorRate: hypotheses[0] should be a text or a list of symbols but is a Promise. Await it.",
      "texts for lists of references, BLEU": "ShapeError: corpusBleu: references[0] should be a list of references but is the text "le chat dort bien". Each hypothesis is compared with a list of references: pass references.map((reference) => [reference]) where there is one each.",
      "texts for lists of references, ROUGE": "ShapeError: rougeL: references[0] should be a list of references but is the text "le chat dort bien". Each hypothesis is compared with a list of references: pass references.map((reference) => [reference]) where there is one each.",
      "texts for lists of references, chrF": "ShapeError: chrf: references[0] should be a list of references but is the text "le chat dort bien". Each hypothesis is compared with a list of references: pass references.map((reference) => [reference]) where there is one each.",
      "texts for lists of references, sacreBLEU": "ShapeError: sacreBleu: references[0] should be a list of references but is the text "le chat dort bien". Each hypothesis is compared with a list of references: pass references.map((reference) => [reference]) where there is one each.",
      "words for references": "ShapeError: sentenceBleu: references[0] should be a list of symbols, as hypothesis is, but is the text "le". A hypothesis is compared with a list of references: pass [reference] where there is one.",
      "words for references of a precision": "ShapeError: modifiedPrecision: references[0] should be a list of symbols, as hypothesis is, but is the text "le". A hypothesis is compared with a list of references: pass [reference] where there is one.",
      "words in references of sacreBLEU": "ValueError: sacreBleu: references[0][0] should be a text but is a list. Join its words: words.join(" ").",
      "words that sacreBLEU makes itself": "ValueError: sacreBleu: hypotheses[0] should be a text but is a list. Join its words: words.join(" ").",
      "words where characters count": "ValueError: chrf: hypotheses[0] should be a text but is a list. Join its words: words.join(" ").",
    }
  `);
});

test("lists of words with a list of references each", () => {
  const right = said.map((each) => [each]);
  expect(corpusBleu(said, right)).toBe(1);
  expect(sentenceBleu(words, [words])).toBe(1);
  expect(rougeL(said, right).f).toBe(1);
  expect(corpusBleu(texts, right)).toBe(1); // a text is read by words
  expect(corpusBleu(said as (string | string[])[], right)).toBe(1);
  const single = texts.map((each) => [each]);
  expect(corpusBleu(texts, single)).toBe(1);
  for (const score of [sacreBleu(texts, single).score, chrf(texts, single)]) expect(score).toBeCloseTo(100, 10);
});

test("types know lists of words from lists of references", () => {
  // @ts-expect-error: each is a list of words
  expect(() => corpusBleu(said, said)).toThrow("references.map((reference) => [reference])");
  // @ts-expect-error: each is a list of words
  expect(() => rougeL(said, said)).toThrow("references.map((reference) => [reference])");
  // @ts-expect-error: a list of words
  expect(() => sentenceBleu(words, words)).toThrow("[reference]");
  // @ts-expect-error: texts
  expect(() => sacreBleu(texts, texts)).toThrow("references.map((reference) => [reference])");
});
