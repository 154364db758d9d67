import type { Pair } from "../../../pairs/pair";

/** What the symbols of a text are. */
export type Unit = "words" | "letters";

/** Pairs that are learned from at most, and characters of all of them: more take longer to keep than to learn. */
const [MOST_PAIRS, MOST_CHARACTERS] = [5000, 300_000];
const LEAST_PAIRS = 5;
/** Symbols of a side at most. */
const LONGEST = { words: 20, letters: 40 } as const;

/** Words are parted by spaces, marks apart from what they follow; letters are characters. */
export function symbolsOf(text: string, unit: Unit): string[] {
  const plain = text.normalize("NFC").trim().replace(/\s+/g, " ");
  if (unit === "letters") return [...plain];
  return plain
    .toLowerCase()
    .replace(/([.,!?;:¿¡])/g, " $1 ")
    .split(" ")
    .filter((word) => word !== "");
}

/** What is wrong with tab-separated pairs, in words; null if they are in order. */
export function problemOfPairs(text: string): string | null {
  if (text.length > MOST_CHARACTERS) return `should have at most ${MOST_CHARACTERS.toLocaleString("en")} characters`;
  const lines = text.split("\n");
  const isPair = (line: string) => {
    const [source = "", target = ""] = line.split("\t");
    return source.trim() !== "" && target.trim() !== "";
  };
  const bad = lines.findIndex((line) => line.trim() !== "" && !isPair(line));
  if (bad >= 0) return `line ${bad + 1} should be a text, a tab and its translation`;
  const count = lines.filter((line) => line.trim() !== "").length;
  if (count < LEAST_PAIRS) return `should have at least ${LEAST_PAIRS} lines, such as “the cat”, a tab, “le chat”`;
  return count > MOST_PAIRS ? `should have at most ${MOST_PAIRS.toLocaleString("en")} lines` : null;
}

/** The pairs of a text that `problemOfPairs` finds in order; sides that are too long are cut. */
export function parsePairs(text: string, unit: Unit): Pair[] {
  return text.split("\n").flatMap((line) => {
    const [source = [], target = []] = line.split("\t").map((side) => symbolsOf(side, unit).slice(0, LONGEST[unit]));
    return source.length > 0 && target.length > 0 ? [{ source, target }] : [];
  });
}
