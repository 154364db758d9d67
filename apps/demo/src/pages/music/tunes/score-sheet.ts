import { type Chord, MELODY_BAR, MELODY_TOKENS } from "@unroll/data";
import type { PlayedNote } from "../../../audio/play";

/** A note of a tune, in eighths from its begin. */
export interface SheetNote {
  readonly pitch: number;
  readonly start: number;
  readonly length: number;
  /** Whether it keeps the rules. */
  readonly isKept: boolean;
}

/** A tune as it is drawn and played. */
export interface Sheet {
  readonly notes: readonly SheetNote[];
  /** A chord for each bar; null where none was said. */
  readonly chords: readonly { readonly chord: Chord | null; readonly isKept: boolean }[];
  /** Eighths at which a chord was said in place of a note, or a note held that had not begun. */
  readonly faults: readonly number[];
  /** How long it is, in eighths. */
  readonly length: number;
}

/** Reads the tokens of a tune: for each bar its chord, then its eighths. */
export function sheetOf({
  tokens,
  verdicts,
}: {
  readonly tokens: readonly number[];
  readonly verdicts: readonly boolean[];
}): Sheet {
  const notes: { pitch: number; start: number; length: number; isKept: boolean }[] = [];
  const chords: { chord: Chord | null; isKept: boolean }[] = [];
  const faults: number[] = [];
  let eighth = 0;
  for (const [at, id] of tokens.entries()) {
    const token = MELODY_TOKENS[id];
    const isKept = verdicts[at] ?? false;
    if (at % MELODY_BAR === 0) {
      chords.push({ chord: token?.kind === "chord" ? token.chord : null, isKept });
      continue;
    }
    const last = notes.at(-1);
    const goesOn = token?.kind === "hold" && last !== undefined && last.start + last.length === eighth;
    if (token?.kind === "note") notes.push({ pitch: token.pitch, start: eighth, length: 1, isKept });
    else if (goesOn) last.length++;
    if (!isKept && token?.kind !== "note") faults.push(eighth);
    eighth++;
  }
  return { notes, chords, faults, length: eighth };
}

/** Seconds of an eighth: 100 quarters a minute. */
export const EIGHTH = 0.3;
const BAR = MELODY_BAR - 1;
const THIRDS = { major: [0, 4, 7], minor: [0, 3, 7], diminished: [0, 3, 6] } as const;

/** The notes to be played: the melody, and below it the chords, softer. */
export function playedNotes({ notes, chords }: Sheet): PlayedNote[] {
  const melody = notes.map(({ pitch, start, length }) => ({
    pitch,
    start: EIGHTH * start,
    end: EIGHTH * (start + length),
    loudness: 0.22,
  }));
  const below = chords.flatMap(({ chord }, bar) =>
    chord
      ? THIRDS[chord.quality].map((above) => ({
          pitch: 48 + chord.root + above,
          start: EIGHTH * BAR * bar,
          end: EIGHTH * BAR * (bar + 1),
          loudness: 0.07,
        }))
      : [],
  );
  return [...melody, ...below];
}
