import { expectOptions, expectText } from "../checks";
import { TokenizerError } from "../errors";

/** How a text is cut into words. */
export interface WordOptions {
  /** Writes words in lower case; false when absent. */
  lowerCase?: boolean;
  /**
   * What becomes of characters that are neither letters, digits nor white space: `"separate"` makes each a word of its
   * own, `"drop"` leaves them out, `"keep"` leaves them where they are, so that words are what stands between white
   * space. `"separate"` when absent.
   */
  punctuation?: "separate" | "drop" | "keep";
  /**
   * A language whose words Unicode's segmentation finds, such as "ja" or "th", which write no space between them;
   * without it, words are found by the rule that `splitWords` states.
   */
  locale?: string;
}

/** Names of them. */
export const WORD_OPTIONS = ["lowerCase", "punctuation", "locale"];

/**
 * A word: letters, marks and digits; an apostrophe or hyphen between letters (don't, mother-in-law) and a full stop or
 * comma between digits (3.14, 1,000) are part of it. It begins with a letter or a digit: a mark belongs to what is before it.
 */
const WORD = String.raw`[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:(?:(?<=[\p{L}\p{M}])['’\-‐](?=\p{L})|(?<=\p{N})[.,](?=\p{N}))[\p{L}\p{M}\p{N}]+)*`;

const WORDS = new RegExp(WORD, "gu");
const WORDS_AND_MARKS = new RegExp(`${WORD}|\\S\\p{M}*`, "gu");

/**
 * The words of a text in any script that separates them.
 *
 * A word is a run of letters, marks and digits (by Unicode's categories); an apostrophe or a hyphen between letters and a
 * full stop or a comma between digits belong to it.
 *
 * @returns `["Don't", "pay", "3.50", "!"]` for "Don't pay 3.50!"
 */
export function splitWords(text: string, options: WordOptions = {}): string[] {
  expectOptions(TokenizerError, "splitWords", options, WORD_OPTIONS);
  expectText(TokenizerError, "splitWords", { text });
  const { lowerCase = false, punctuation = "separate", locale } = options;
  const cased = lowerCase ? text.toLowerCase() : text;
  if (punctuation === "keep") return cased.match(/\S+/gu) ?? [];
  if (locale !== undefined) return segmented(cased, locale, punctuation === "drop");
  return cased.match(punctuation === "drop" ? WORDS : WORDS_AND_MARKS) ?? [];
}

function segmented(text: string, locale: string, drop: boolean): string[] {
  const words: string[] = [];
  for (const { segment, isWordLike } of new Intl.Segmenter(locale, { granularity: "word" }).segment(text)) {
    if (isWordLike || (!drop && /\S/u.test(segment))) words.push(segment);
  }
  return words;
}
