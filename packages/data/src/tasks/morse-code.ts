import { expectOptions } from "../checks";
import { TaskError } from "../errors";

/** The international Morse code of letters and digits (ITU-R M.1677-1): `.` is a dot, `-` a dash. */
export const MORSE_CODE: Readonly<Record<string, string>> = {
  ...{ A: ".-", B: "-...", C: "-.-.", D: "-..", E: ".", F: "..-.", G: "--.", H: "....", I: "..", J: ".---" },
  ...{ K: "-.-", L: ".-..", M: "--", N: "-.", O: "---", P: ".--.", Q: "--.-", R: ".-.", S: "...", T: "-" },
  ...{ U: "..-", V: "...-", W: ".--", X: "-..-", Y: "-.--", Z: "--.." },
  ...{ 0: "-----", 1: ".----", 2: "..---", 3: "...--", 4: "....-" },
  ...{ 5: ".....", 6: "-....", 7: "--...", 8: "---..", 9: "----." },
};

/** A stretch of time, in dots, that a key is down, or that a letter lasts. */
export interface MorseSpan {
  start: number;
  end: number;
}

/** When a key is down to send a text, in dots from the begin of the first. */
export interface MorseTiming {
  marks: MorseSpan[];
  /** The letters that are sent, spaces not among them. */
  letters: (MorseSpan & { letter: string })[];
}

/**
 * When the key is down to send a text: a dash lasts three dots, the parts of a letter stand one dot apart, letters three,
 * words seven.
 *
 * @param text letters, digits and spaces; small letters are sent as capitals
 * @param options.hand by what the length of each mark and gap is multiplied: 1, a machine's, when absent
 * @throws TaskError if a character has no code
 */
export function morseTiming(text: string, options: { hand?: () => number } = {}): MorseTiming {
  expectOptions(TaskError, "morseTiming", options, ["hand"]);
  const { hand = () => 1 } = options;
  const marks: MorseSpan[] = [];
  const letters: MorseTiming["letters"] = [];
  let now = 0;
  let gap = 0;
  for (const letter of text.toUpperCase()) {
    if (letter === " ") {
      if (letters.length > 0) gap = 7;
      continue;
    }
    const code = codeOf(letter);
    now += gap * hand();
    const start = now;
    for (const [at, part] of [...code].entries()) {
      if (at > 0) now += hand();
      const end = now + (part === "." ? 1 : 3) * hand();
      marks.push({ start: now, end });
      now = end;
    }
    letters.push({ letter, start, end: now });
    gap = 3;
  }
  return { marks, letters };
}

/** How long a text takes a machine, in dots, no gap behind it. @throws TaskError if a character has no code */
export function morseLength(text: string): number {
  return morseTiming(text).marks.at(-1)?.end ?? 0;
}

function codeOf(letter: string): string {
  const code = MORSE_CODE[letter];
  if (code !== undefined) return code;
  throw new TaskError({
    where: "morseTiming",
    expected: "letters A to Z, digits and spaces",
    actual: JSON.stringify(letter),
    remedy: "Leave out what has no Morse code.",
  });
}
