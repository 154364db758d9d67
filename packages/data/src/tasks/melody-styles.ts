import type { Random } from "../random/random";
import { type Chord, type MusicKey, notesOfChord, scaleOf } from "./melody-rules";
import { MELODY_RANGE, type MelodyToken } from "./melody-tokens";

/** Broken chords; runs along the scale; long and short notes with a leap now and then. */
export type MelodyStyle = "arpeggio" | "scale" | "song";

type Eighth = Exclude<MelodyToken, { kind: "chord" }>;

interface Setting {
  readonly key: MusicKey;
  readonly style: MelodyStyle;
  readonly chords: readonly Chord[];
}

/** How a bar of a song goes, in eighths: each adds up to eight, and a note begins on the fifth. */
const RHYTHMS: readonly (readonly number[])[] = [
  [2, 2, 2, 2],
  [4, 2, 2],
  [3, 1, 2, 2],
  [2, 1, 1, 4],
  [1, 1, 2, 3, 1],
];

/** Eight eighths over each chord; the last bar is one long tonic. */
export function melodyOver(random: Random, { key, style, chords }: Setting): Eighth[][] {
  const scale = pitchesOf(scaleOf(key));
  let now = near(64 + random.below(13), pitchesOf(notesOfChord(chords[0] as Chord)));
  return chords.map((chord, bar) => {
    const tones = pitchesOf(notesOfChord(chord));
    if (bar === chords.length - 1) {
      return eighths([near(now, pitchesOf([key.tonic]))], [8]);
    }
    now = near(now, tones);
    if (style === "arpeggio") {
      const notes = brokenChord(random, now, tones);
      now = notes.at(-1) ?? now;
      return eighths(notes, new Array<number>(8).fill(1));
    }
    const rhythm = style === "scale" ? new Array<number>(8).fill(1) : (RHYTHMS[random.below(RHYTHMS.length)] ?? [8]);
    const rising = random.below(2) === 0 ? 1 : -1;
    let beat = 0;
    const notes = rhythm.map((length) => {
      if (beat > 0) now = beat === 4 ? near(step(now, rising, scale), tones) : moved(random, now, rising, style, scale);
      beat += length;
      return now;
    });
    return eighths(notes, rhythm);
  });
}

/** Up through the notes of a chord and down again, or down and up. */
function brokenChord(random: Random, from: number, tones: readonly number[]): number[] {
  const rising = random.below(2) === 0 ? 1 : -1;
  const turn = random.below(2) === 0 ? 4 : 2;
  const notes = [from];
  for (let at = 1; at < 8; at++) {
    const direction = Math.floor(at / turn) % 2 === 0 ? rising : -rising;
    notes.push(step(notes.at(-1) ?? from, direction, tones));
  }
  return notes;
}

/** On by a step of the scale; in a song sometimes by two, or back. */
function moved(random: Random, from: number, direction: number, style: MelodyStyle, scale: readonly number[]): number {
  if (style === "scale") return step(from, direction, scale);
  const turned = random.below(3) === 0 ? -direction : direction;
  const once = step(from, turned, scale);
  return random.below(4) === 0 ? step(once, turned, scale) : once;
}

/** The next of some pitches in a direction; at the end of their range in the other. */
function step(from: number, direction: number, pitches: readonly number[]): number {
  const above = pitches.find((pitch) => pitch > from);
  const below = pitches.findLast((pitch) => pitch < from);
  return (direction > 0 ? (above ?? below) : (below ?? above)) ?? from;
}

/** The pitch nearest to another, the lower of two. */
function near(to: number, pitches: readonly number[]): number {
  return pitches.reduce((best, pitch) => (Math.abs(pitch - to) < Math.abs(best - to) ? pitch : best), pitches[0] ?? to);
}

/** All pitches in range of some notes, lowest first. */
function pitchesOf(notes: readonly number[]): number[] {
  const { low, high } = MELODY_RANGE;
  return Array.from({ length: high - low + 1 }, (_, above) => low + above).filter((pitch) =>
    notes.includes(pitch % 12),
  );
}

/** Notes of given lengths: each begins, and is held. */
function eighths(notes: readonly number[], rhythm: readonly number[]): Eighth[] {
  return rhythm.flatMap((length, at) => [
    { kind: "note", pitch: notes[at] ?? 60 } as const,
    ...Array.from({ length: length - 1 }, () => ({ kind: "hold" }) as const),
  ]);
}
