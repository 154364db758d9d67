import { spacedWords, withoutSpacesAtTheEnd } from "./white-space";

export const BLEU_TOKENIZERS = ["none", "13a", "intl", "char"] as const;

/** How sacreBLEU makes words of a sentence; its results can be compared only where this is the same. */
export type BleuTokenizer = (typeof BLEU_TOKENIZERS)[number];

type Rule = readonly [pattern: RegExp, replacement: string];

/** Entities and marks of mteval-v13a's files. */
const ENTITIES: readonly (readonly [string, string])[] = [
  ["<skipped>", ""],
  ["-\n", ""],
  ["\n", " "],
  ["&quot;", '"'],
  ["&amp;", "&"],
  ["&lt;", "<"],
  ["&gt;", ">"],
];

/** Western punctuation, but the period, the comma, the dash and the apostrophe, is a word; those where digits allow. */
const WESTERN: readonly Rule[] = [
  [/([{-~[-` -&(-+:-@/])/g, " $1 "],
  [/([^0-9])([.,])/gu, "$1 $2 "],
  [/([.,])([^0-9])/gu, " $1 $2"],
  [/([0-9])(-)/g, "$1 $2 "],
];

/** Any script's punctuation, unless it stands between digits, and any symbol is a word (mteval-v14, international). */
const INTERNATIONAL: readonly Rule[] = [
  [/(\P{N})(\p{P})/gu, "$1 $2 "],
  [/(\p{P})(\P{N})/gu, " $1 $2"],
  [/(\p{S})/gu, " $1 "],
];

const applied = (text: string, rules: readonly Rule[]): string =>
  rules.reduce((line, [pattern, replacement]) => line.replace(pattern, replacement), text);

/** The words of a sentence, whose end is not looked at as of a line: spaces there are none of it. */
export function bleuWords(sentence: string, tokenizer: BleuTokenizer): string[] {
  const line = withoutSpacesAtTheEnd(sentence);
  switch (tokenizer) {
    case "none":
      return spacedWords(line);
    case "char":
      return spacedWords(line).flatMap((word) => Array.from(word));
    case "intl":
      return spacedWords(applied(line, INTERNATIONAL));
    case "13a": {
      const plain = ENTITIES.reduce((text, [entity, character]) => text.replaceAll(entity, character), line);
      return spacedWords(applied(` ${plain} `, WESTERN));
    }
  }
}
