import { describe, expect, test } from "vitest";
import { TaskError } from "../errors";
import { Random } from "../random/random";
import { MORSE_CODE, morseLength, morseTiming } from "./morse-code";
import { keyedTone, morseSounds } from "./morse-sounds";

describe("morseTiming", () => {
  test("has PARIS, by which words a minute are counted, last 50 dots with the gap behind it", () => {
    expect(morseLength("PARIS") + 7).toBe(50);
    expect(morseLength("PARIS PARIS") + 7).toBe(100);
    expect(morseLength(" ")).toBe(0);
  });

  test("says when the key is down and when each letter is sent", () => {
    expect(morseTiming("an e")).toEqual({
      marks: [
        { start: 0, end: 1 },
        { start: 2, end: 5 },
        { start: 8, end: 11 },
        { start: 12, end: 13 },
        { start: 20, end: 21 },
      ],
      letters: [
        { letter: "A", start: 0, end: 5 },
        { letter: "N", start: 8, end: 13 },
        { letter: "E", start: 20, end: 21 },
      ],
    });
    expect(morseTiming("E E", { hand: () => 2 }).marks[1]).toEqual({ start: 16, end: 18 });
  });

  test("refuses what has no code", () => {
    expect(() => morseTiming("É")).toThrowErrorMatchingInlineSnapshot(
      `[TaskError: morseTiming: expected letters A to Z, digits and spaces but got "É". Leave out what has no Morse code.]`,
    );
  });

  test("no two characters have one code", () => {
    expect(new Set(Object.values(MORSE_CODE)).size).toBe(36);
  });
});

test("keyedTone sounds while the key is down and at no other time, at its pitch", () => {
  const signal = keyedTone([{ start: 0.1, end: 0.3 }], { sampleRate: 2000, seconds: 0.5, pitch: 500 });
  expect(signal).toHaveLength(1000);
  expect(signal.subarray(0, 201).every((sample) => sample === 0)).toBe(true);
  expect(signal.subarray(600).every((sample) => sample === 0)).toBe(true);
  expect(Math.max(...signal)).toBeCloseTo(0.8, 6);
  for (let at = 220; at < 570; at++) expect(signal[at]).toBeCloseTo(signal[at + 4] ?? 9, 5);
});

/** When a row sounds, by the loudness of stretches of a quarter dot. */
function marksOf(signal: Float32Array, samples: number): { start: number; length: number }[] {
  const loud = Array.from({ length: Math.floor(signal.length / samples) }, (_, at) =>
    signal.subarray(at * samples, (at + 1) * samples).some((sample) => Math.abs(sample) > 0.1),
  );
  const marks: { start: number; length: number }[] = [];
  for (const [at, isLoud] of loud.entries()) {
    const last = marks.at(-1);
    if (!isLoud) continue;
    if (last && last.start + last.length === at) last.length++;
    else marks.push({ start: at, length: 1 });
  }
  return marks;
}

describe("morseSounds", () => {
  const options = { batchSize: 40, seconds: 3 };

  test("is the same for the same seed, another for another, and only what can be heard", () => {
    expect(morseSounds(new Random(1), options)).toEqual(morseSounds(new Random(1), options));
    const { signals, texts } = morseSounds(new Random(1), options);
    expect(morseSounds(new Random(2), options).texts).not.toEqual(texts);
    expect(signals.every(({ length }) => length === 6000)).toBe(true);
    expect(signals.every((signal) => signal.every((sample) => Math.abs(sample) <= 1))).toBe(true);
  });

  test("sends its texts, wholly and not a letter more", () => {
    const { signals, texts } = morseSounds(new Random(3), { ...options, noise: 0, alphabet: "ETAOIN " });
    for (const [row, signal] of signals.entries()) {
      const text = texts[row] ?? "";
      const marks = marksOf(signal, 30); // a quarter of a dot
      const sent = [...text].filter((letter) => letter !== " ").map((letter) => MORSE_CODE[letter] ?? "");
      expect(marks.map(({ length }) => (length > 8 ? "-" : ".")).join("")).toBe(sent.join(""));
      const last = marks.at(-1);
      expect(signal.length / 30 - (last ? last.start + last.length : 0)).toBeGreaterThan(8); // two dots, if fast ones
      expect(morseLength(text)).toBeGreaterThan(20);
      expect(text).toBe(text.trim());
      expect(text).not.toContain("  ");
    }
  });

  test("draws each letter as often", () => {
    const texts = morseSounds(new Random(1), { batchSize: 200, seconds: 3, sampleRate: 1700, alphabet: "ABC" }).texts;
    const counts = [..."ABC"].map((letter) => [...texts.join("")].filter((each) => each === letter).length);
    const all = counts.reduce((sum, count) => sum + count, 0);
    for (const count of counts) expect(Math.abs(count / all - 1 / 3)).toBeLessThan(0.08); // the long ones fit less often
  });

  test("refuses what has no room, no letter or no code", () => {
    const message = (changed: object) => {
      try {
        morseSounds(new Random(1), { ...options, ...changed });
      } catch (error) {
        return error instanceof TaskError ? error.message : String(error);
      }
      return "nothing";
    };
    expect(message({ seconds: 0.5 })).toMatchInlineSnapshot(
      `"morseSounds: expected seconds to be at least 1.17, which the longest letter takes but got 0.5. Make the signals longer or the dots shorter."`,
    );
    expect(message({ alphabet: " " })).toMatchInlineSnapshot(
      `"morseSounds: expected an alphabet with a letter but got " ". Pass such as { alphabet: "ETAOIN " }."`,
    );
    expect(message({ alphabet: "A?" })).toMatchInlineSnapshot(
      `"morseTiming: expected letters A to Z, digits and spaces but got "?". Leave out what has no Morse code."`,
    );
    expect(message({ sway: 1 })).toMatchInlineSnapshot(
      `"morseSounds: expected sway to be a number from 0 to 0.5 but got 1. Pass sway as such a number."`,
    );
  });
});
