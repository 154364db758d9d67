import { describesNo, expectIterable, expectList, expectOptions, expectText, isRecord } from "../checks";
import { TokenizerError } from "../errors";
import { CUT_OPTIONS, type CutOptions, countsOf } from "./counts";
import { SPECIAL_NAMES, type SpecialOptions } from "./special-entries";
import type { Tokenizer } from "./tokenizer";
import { type EntriesJSON, Vocabulary } from "./vocabulary";
import { splitWords, WORD_OPTIONS, type WordOptions } from "./words";

/** A tokenizer as JSON: what `toJSON` writes and `fromJSON` reads. */
export interface WordTokenizerJSON {
  kind: "WordTokenizer";
  vocabulary: EntriesJSON;
  rules: WordOptions;
}

/** Words as ids: `splitWords`, then a vocabulary. */
export class WordTokenizer implements Tokenizer {
  readonly vocabulary: Vocabulary;
  readonly rules: Readonly<WordOptions>;

  /** @param rules as `splitWords` takes them */
  constructor(vocabulary: Vocabulary, rules: WordOptions = {}) {
    this.vocabulary = vocabulary;
    expectOptions(TokenizerError, "WordTokenizer", rules, WORD_OPTIONS);
    this.rules = rulesOf(rules);
  }

  /**
   * The tokenizer of the words that occur in some texts. It has an entry for unknown words unless `unknown` is false.
   *
   * @throws VocabularyError if there is no word, or none survives the cuts
   */
  static train(
    texts: string | Iterable<string>,
    options: WordOptions & SpecialOptions & CutOptions = {},
  ): WordTokenizer {
    const known = [...WORD_OPTIONS, ...SPECIAL_NAMES, ...CUT_OPTIONS];
    expectOptions(TokenizerError, "WordTokenizer.train", options, known);
    const { lowerCase: _, punctuation: __, locale: ___, unknown = true, ...others } = options;
    expectIterable(TokenizerError, "WordTokenizer.train", { texts });
    const rules = rulesOf(options);
    const counts = new Map<string, number>();
    for (const text of typeof texts === "string" ? [texts] : texts) {
      expectText(TokenizerError, "WordTokenizer.train", { "each text": text });
      countsOf(splitWords(text, rules), counts);
    }
    return new WordTokenizer(Vocabulary.fromCounts(counts, { unknown, ...others }), rules);
  }

  /**
   * Makes the tokenizer that `toJSON` described.
   *
   * @param json a parsed JSON value; nothing about it is taken on trust
   * @throws TokenizerError if it does not describe a tokenizer
   * @throws VocabularyError if what it names as its vocabulary is none
   */
  static fromJSON(json: unknown): WordTokenizer {
    if (!isRecord(json) || json.kind !== "WordTokenizer" || !areRules(json.rules)) {
      throw new TokenizerError(
        describesNo(
          "a tokenizer",
          "WordTokenizer.fromJSON",
          '{ kind: "WordTokenizer", vocabulary, rules: { lowerCase, punctuation } }',
          json,
        ),
      );
    }
    return new WordTokenizer(Vocabulary.fromJSON(json.vocabulary), json.rules);
  }

  get size(): number {
    return this.vocabulary.size;
  }

  /** @throws VocabularyError if a word is outside the vocabulary and that has no unknown entry */
  encode(text: string): Int32Array<ArrayBuffer> {
    expectText(TokenizerError, "WordTokenizer.encode", { text });
    return this.vocabulary.encode(splitWords(text, this.rules));
  }

  /** The words with a space between any two: where a text had none, before a comma say, it is not known any more. */
  decode(ids: ArrayLike<number>): string {
    expectList(TokenizerError, "WordTokenizer.decode", { ids });
    return this.vocabulary.decode(ids).join(" ");
  }

  toJSON(): WordTokenizerJSON {
    return { kind: "WordTokenizer", vocabulary: this.vocabulary.toJSON(), rules: { ...this.rules } };
  }
}

function rulesOf({ lowerCase = false, punctuation = "separate", locale }: WordOptions): WordOptions {
  return { lowerCase, punctuation, ...(locale === undefined ? {} : { locale }) };
}

function areRules(rules: unknown): rules is WordOptions {
  if (!isRecord(rules)) return false;
  const { lowerCase, punctuation, locale } = rules;
  const isKnown = punctuation === "separate" || punctuation === "drop" || punctuation === "keep";
  return typeof lowerCase === "boolean" && isKnown && (locale === undefined || typeof locale === "string");
}
