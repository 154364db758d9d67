import { type MelodyToken, melodyToken } from "@unroll/data";
import { expect, test } from "vitest";
import { EIGHTH, playedNotes, sheetOf } from "./score-sheet";

const hold: MelodyToken = { kind: "hold" };
const note = (pitch: number): MelodyToken => ({ kind: "note", pitch });
const chord = (root: number): MelodyToken => ({ kind: "chord", chord: { root, quality: "major" } });
const tokens = [
  ...[chord(0), note(60), hold, note(64), hold, hold, note(67), chord(5), hold],
  ...[note(60), hold, note(72), note(71), note(69), hold, hold, hold, hold],
].map(melodyToken);
const verdicts = tokens.map((_, at) => ![7, 9, 10, 12].includes(at));

test("a sheet has notes with their lengths, the chords, and what is neither", () => {
  expect(sheetOf({ tokens, verdicts })).toEqual({
    notes: [
      { pitch: 60, start: 0, length: 2, isKept: true },
      { pitch: 64, start: 2, length: 3, isKept: true },
      { pitch: 67, start: 5, length: 1, isKept: true },
      { pitch: 72, start: 9, length: 1, isKept: true },
      { pitch: 71, start: 10, length: 1, isKept: false },
      { pitch: 69, start: 11, length: 5, isKept: true },
    ],
    chords: [
      { chord: { root: 0, quality: "major" }, isKept: true },
      { chord: null, isKept: false },
    ],
    faults: [6, 8],
    length: 16,
  });
});

test("what is played are the notes, and the notes of each chord for a bar", () => {
  const played = playedNotes(sheetOf({ tokens, verdicts }));
  expect(played).toHaveLength(6 + 3);
  expect(played[1]).toMatchObject({ pitch: 64, start: 2 * EIGHTH, end: 5 * EIGHTH });
  expect(played.slice(6).map(({ pitch, start, end }) => [pitch, start, end])).toEqual(
    [48, 52, 55].map((pitch) => [pitch, 0, 8 * EIGHTH]),
  );
});
