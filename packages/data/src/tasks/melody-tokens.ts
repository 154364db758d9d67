import { type Chord, chordName, noteName } from "./melody-rules";

/** What a token stands for: a bar's chord, a note that begins, or that the note before goes on. */
export type MelodyToken =
  | { kind: "hold" }
  /** MIDI number: 60 is middle C. */
  | { kind: "note"; pitch: number }
  | { kind: "chord"; chord: Chord };

/** The lowest and the highest note: C4 and C6. */
export const MELODY_RANGE = { low: 60, high: 84 } as const;

const NOTE_COUNT = MELODY_RANGE.high - MELODY_RANGE.low + 1;

/** All tokens by number: hold, the notes from low to high, major and minor chords from C to B. */
export const MELODY_TOKENS: readonly MelodyToken[] = [
  { kind: "hold" },
  ...Array.from({ length: NOTE_COUNT }, (_, above): MelodyToken => ({ kind: "note", pitch: MELODY_RANGE.low + above })),
  ...(["major", "minor"] as const).flatMap((quality) =>
    Array.from({ length: 12 }, (_, root): MelodyToken => ({ kind: "chord", chord: { root, quality } })),
  ),
];

/** The number of a token; −1 of one that there is none of. */
export function melodyToken(token: MelodyToken): number {
  if (token.kind === "hold") return 0;
  if (token.kind === "note") return isWithin(token.pitch) ? 1 + token.pitch - MELODY_RANGE.low : -1;
  const { root, quality } = token.chord;
  return quality === "diminished" ? -1 : 1 + NOTE_COUNT + (quality === "major" ? 0 : 12) + root;
}

/** A token in words: "–", "E4", "Am". */
export function melodyTokenName(token: MelodyToken): string {
  if (token.kind === "hold") return "–";
  return token.kind === "note" ? noteName(token.pitch) : chordName(token.chord);
}

const isWithin = (pitch: number): boolean => pitch >= MELODY_RANGE.low && pitch <= MELODY_RANGE.high;
