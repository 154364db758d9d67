import { keyedTone, morseTiming, Random } from "@unroll/data";
import { expect, test } from "vitest";
import { FRAMES_PER_DOT, framesOf } from "./frames";

/** "AN" at some pitch, speed, rate and loudness: frames in which the key is down are loud, those in which it is up silent. */
test.each([
  { pitch: 600, dot: 0.06, sampleRate: 2000, loudness: 0.8 },
  { pitch: 437, dot: 0.06, sampleRate: 2000, loudness: 0.1 },
  { pitch: 1350, dot: 0.09, sampleRate: 8000, loudness: 0.8 },
  { pitch: 2718, dot: 0.2, sampleRate: 8000, loudness: 0.3 },
])("a tone of $pitch Hz is heard at $sampleRate samples a second, a dot of $dot s", ({ dot, ...tone }) => {
  const { sampleRate, loudness: whole } = tone;
  const { marks } = morseTiming("AN");
  const sent = marks.map(({ start, end }) => ({ start: dot * (start + 1), end: dot * (end + 1) }));
  const random = new Random(1);
  const signal = keyedTone(sent, { ...tone, seconds: dot * 16 }).map(
    (sample) => sample + 0.02 * whole * (2 * random.uniform() - 1),
  );
  const frames = framesOf({ signal, sampleRate, dot });
  expect(Math.abs(frames.length - 16 * FRAMES_PER_DOT)).toBeLessThanOrEqual(1);
  for (const [at, loudness] of frames.entries()) {
    const middle = (at + 0.5) / FRAMES_PER_DOT - 1;
    const isInside = marks.some(({ start, end }) => middle > start && middle < end);
    const isFar = marks.every(({ start, end }) => middle < start - 0.4 || middle > end + 0.4);
    if (isInside) expect(loudness).toBeGreaterThan(0.5);
    else if (isFar) expect(loudness).toBeLessThan(-0.1);
  }
  expect(Math.max(...frames)).toBe(1);
});

test("silence is silent, though nothing in it is louder", () => {
  const frames = framesOf({ signal: new Float32Array(240), sampleRate: 2000, dot: 0.06 });
  expect(frames).toHaveLength(4);
  expect(Math.max(...frames)).toBeLessThan(-0.9);
});
