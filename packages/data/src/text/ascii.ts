import { expectOptions } from "../checks";
import { TokenizerError } from "../errors";

/**
 * Latin letters that canonical decomposition does not split into an ASCII letter and a mark, and the typographic marks
 * that stand for an ASCII one. As the Latin-ASCII transform of the Unicode CLDR has them; it leaves ə alone, which
 * ICAO Doc 9303 (machine readable travel documents) writes as e.
 */
const LETTERS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ Æ: "AE", æ: "ae", Œ: "OE", œ: "oe", Ĳ: "IJ", ĳ: "ij", ß: "ss", ẞ: "SS", Þ: "TH", þ: "th" },
    ...{ Ð: "D", ð: "d", Đ: "D", đ: "d", Ħ: "H", ħ: "h", ı: "i", Ł: "L", ł: "l", Ŋ: "N", ŋ: "n" },
    ...{ Ø: "O", ø: "o", Ŧ: "T", ŧ: "t", ĸ: "q", Ə: "E", ə: "e" },
    ...{ "\u2018": "'", "\u2019": "'", "\u201b": "'", "\u02bb": "'", "\u02bc": "'" }, // ‘ ’ ‛ ʻ ʼ
    ...{ "\u201c": '"', "\u201d": '"', "\u2010": "-", "\u2011": "-", "\u2013": "-", "\u2014": "-" }, // “ ” ‐ ‑ – —
    ...{ "\u00a0": " ", "\u2009": " ", "\u202f": " " }, // no-break and thin spaces
  }),
);

/**
 * Writes Latin text without accents: é → e, ß → ss, ł → l, Ø → O, ’ → '. Characters with no ASCII form, such as those of
 * another script, stay as they are, so that a caller can tell that there were some.
 *
 * The text is decomposed (Unicode NFD), the marks on Latin letters are dropped, and the rest is composed again (NFC).
 */
export function foldAccents(text: string): string {
  if (isAscii(text)) return text;
  // Only on Latin letters: in other scripts a mark can be a vowel, and dropping it would change the word.
  const bare = text.normalize("NFD").replace(/(\p{Script=Latin})\p{Mn}+/gu, "$1");
  let folded = "";
  for (const character of bare.normalize("NFC")) folded += LETTERS.get(character) ?? character;
  return folded;
}

/**
 * Writes text in ASCII: `foldAccents`, then each character that is still not ASCII becomes `replacement`.
 *
 * @param options.replacement what stands for a character without an ASCII form; nothing when absent
 */
export function toAscii(text: string, options: { replacement?: string } = {}): string {
  expectOptions(TokenizerError, "toAscii", options, ["replacement"]);
  const { replacement = "" } = options;
  return foldAccents(text).replace(/[^\0-\x7f]/gu, () => replacement);
}

/** Whether every character is one of ASCII's 128. */
export function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}
