import { describe, expect, test } from "vitest";
import { Random } from "../random/random";
import { MELODY_BAR, melodies, melodyVerdicts } from "./melodies";
import { chordName, chordsOf, type MusicKey, noteName, notesOfChord, scaleOf } from "./melody-rules";
import { MELODY_TOKENS, melodyToken, melodyTokenName } from "./melody-tokens";

const modes = ["major", "minor"] as const;
const keys: readonly MusicKey[] = modes.flatMap((mode) =>
  Array.from({ length: 12 }, (_, tonic): MusicKey => ({ tonic, mode })),
);
const options = { batchSize: 300, keys };

describe("melodies", () => {
  test("are the same for the same seed, others for another", () => {
    expect(melodies(new Random(1), options)).toEqual(melodies(new Random(1), options));
    expect(melodies(new Random(1), options)).not.toEqual(melodies(new Random(2), options));
  });

  test("keep their rules in all keys and styles, and end on a long tonic", () => {
    const { seeds, tokens, shape, classes } = melodies(new Random(1), options);
    expect(shape).toEqual([300, 4 * MELODY_BAR]);
    expect(classes).toBe(MELODY_TOKENS.length);
    expect(tokens.every((token) => token >= 0 && token < classes)).toBe(true);
    for (const [row, { key }] of seeds.entries()) {
      const melody = tokens.subarray(row * 36, (row + 1) * 36);
      expect(melodyVerdicts(melody, key).every(Boolean)).toBe(true);
      const [chord, note, ...held] = [...melody.subarray(27)].map((token) => MELODY_TOKENS[token]);
      const [tonic] = chordsOf(key);
      expect(chord).toEqual({ kind: "chord", chord: tonic });
      expect(note?.kind === "note" && note.pitch % 12).toBe(key.tonic);
      expect(held.every((token) => token?.kind === "hold")).toBe(true);
    }
    expect(new Set(seeds.map(({ style }) => style)).size).toBe(3);
  });

  test("of a style are as it says", () => {
    const rowsOf = (style: "arpeggio" | "scale" | "song") =>
      Array.from(melodies(new Random(1), { batchSize: 20, styles: [style] }).tokens, (token) => MELODY_TOKENS[token]);
    const bars = (tokens: ReturnType<typeof rowsOf>) =>
      Array.from({ length: 80 }, (_, bar) => tokens.slice(bar * 9, bar * 9 + 9)).filter((_, bar) => bar % 4 < 3);
    for (const [chord, ...eighths] of bars(rowsOf("arpeggio"))) {
      const tones = chord?.kind === "chord" ? notesOfChord(chord.chord) : [];
      expect(eighths.every((token) => token?.kind === "note" && tones.includes(token.pitch % 12))).toBe(true);
    }
    for (const [, ...eighths] of bars(rowsOf("scale"))) {
      const pitches = eighths.map((token) => (token?.kind === "note" ? token.pitch : Number.NaN));
      for (let at = 1; at < 8; at++) {
        expect(Math.abs((pitches[at] ?? 0) - (pitches[at - 1] ?? 0))).toBeLessThanOrEqual(at === 4 ? 5 : 2);
      }
    }
    expect(rowsOf("song").some((token) => token?.kind === "hold")).toBe(true);
  });

  test("of less than three bars have no room for their chords", () => {
    expect(() => melodies(new Random(1), { batchSize: 1, bars: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[TaskError: melodies: expected bars to be a whole number of at least 3 but got 2. Pass bars as such a number.]`,
    );
  });
});

describe("melodyVerdicts", () => {
  const [row = []] = [[...melodies(new Random(1), { batchSize: 1 }).tokens]];
  const key: MusicKey = { tonic: 0, mode: "major" };
  const spoiled = (at: number, token: number) => {
    const verdicts = melodyVerdicts(row.with(at, token), key);
    return verdicts.flatMap((isKept, index) => (isKept ? [] : [index]));
  };

  test.each([
    { what: "a note where a chord should be", at: 9, token: { kind: "note", pitch: 60 } },
    { what: "a chord where a note should be", at: 3, token: { kind: "chord", chord: { root: 0, quality: "major" } } },
    { what: "a chord of another key", at: 18, token: { kind: "chord", chord: { root: 6, quality: "major" } } },
    { what: "a note of another key", at: 3, token: { kind: "note", pitch: 61 } },
    { what: "a first note that is not of the chord", at: 1, token: { kind: "note", pitch: 62 } },
    { what: "a bar that begins with no note", at: 10, token: { kind: "hold" } },
    { what: "an end on another note than the tonic", at: 28, token: { kind: "note", pitch: 64 } },
  ] as const)("finds $what", ({ at, token }) => {
    expect(spoiled(at, melodyToken(token))).toContain(at);
  });

  test("a random tune keeps few of them", () => {
    const random = new Random(1);
    const tune = Array.from({ length: 3600 }, () => random.below(MELODY_TOKENS.length));
    const kept = melodyVerdicts(tune, key).filter(Boolean).length / tune.length;
    expect(kept).toBeLessThan(0.35);
  });
});

test("keys have their chords, and all of it has names", () => {
  expect(scaleOf({ tonic: 9, mode: "minor" })).toEqual([9, 11, 0, 2, 4, 5, 7]);
  expect(chordsOf({ tonic: 0, mode: "major" }).map(chordName)).toEqual(["C", "Dm", "Em", "F", "G", "Am", "B°"]);
  expect(chordsOf({ tonic: 9, mode: "minor" }).map(chordName)).toEqual(["Am", "B°", "C", "Dm", "Em", "F", "G"]);
  expect([noteName(60), noteName(69), noteName(82)]).toEqual(["C4", "A4", "B♭5"]);
  expect(MELODY_TOKENS.map(melodyToken)).toEqual([...MELODY_TOKENS.keys()]);
  expect(MELODY_TOKENS.map(melodyTokenName)).toEqual([
    ...["–", "C4", "D♭4", "D4", "E♭4", "E4", "F4", "G♭4", "G4", "A♭4", "A4", "B♭4", "B4"],
    ...["C5", "D♭5", "D5", "E♭5", "E5", "F5", "G♭5", "G5", "A♭5", "A5", "B♭5", "B5", "C6"],
    ...["C", "D♭", "D", "E♭", "E", "F", "G♭", "G", "A♭", "A", "B♭", "B"],
    ...["Cm", "D♭m", "Dm", "E♭m", "Em", "Fm", "G♭m", "Gm", "A♭m", "Am", "B♭m", "Bm"],
  ]);
  expect(melodyToken({ kind: "note", pitch: 59 })).toBe(-1);
  expect(melodyToken({ kind: "chord", chord: { root: 11, quality: "diminished" } })).toBe(-1);
});
