import { keyedTone, morseTiming } from "@unroll/data";
import { expect, test } from "vitest";
import { framesOf } from "./frames";
import { dotOf, marksIn, USUAL_DOT, withMark } from "./marks";

test.each([
  ["SOS", 0.06],
  ["PARIS", 0.1],
  ["HELLO WORLD", 0.15],
  ["TO", 0.08],
])("hears when the key is down for %s, and that a dot lasts %f s", (text, dot) => {
  const { marks } = morseTiming(text);
  const sent = marks.map(({ start, end }) => ({ start: 0.2 + dot * start, end: 0.2 + dot * end }));
  const seconds = 0.4 + (sent.at(-1)?.end ?? 0);
  const heard = marksIn(keyedTone(sent, { sampleRate: 8000, seconds }), 8000);
  expect(heard).toHaveLength(sent.length);
  for (const [at, { start, end }] of heard.entries()) {
    expect(Math.abs(start - (sent[at]?.start ?? 9))).toBeLessThan(0.0101); // a stretch
    expect(Math.abs(end - (sent[at]?.end ?? 9))).toBeLessThan(0.0101);
  }
  expect(Math.abs(dotOf(sent) / dot - 1)).toBeLessThan(1e-9);
});

test("silence has no marks, and one mark tells no speed", () => {
  expect(marksIn(new Float32Array(8000), 8000)).toEqual([]);
  expect(dotOf([])).toBe(USUAL_DOT);
  expect(dotOf([{ start: 0, end: 1 }])).toBe(USUAL_DOT);
});

test.each([0, 0.0001, 0.001])(
  "taps of %f s are dots that can be heard, and no more frames than there is time for",
  (tap) => {
    const marks = [0, 0.2, 0.4, 0.41].reduce<ReturnType<typeof withMark>>((before, start) => {
      return withMark(before, { start, end: start + tap });
    }, []);
    expect(marks.map(({ start }) => start)).toEqual([0, 0.2, 0.4, 0.41]);
    const dot = dotOf(marks);
    expect(dot).toBe(0.03);
    expect(dotOf([0, 1, 2].map((start) => ({ start, end: start + tap })))).toBe(0.03);
    const signal = keyedTone(marks, { sampleRate: 2000, seconds: 0.6 });
    const frames = framesOf({ signal, sampleRate: 2000, dot });
    expect(frames).toHaveLength(40);
    expect(frames[0]).toBeGreaterThan(0);
  },
);

test("a mark after a long rest begins anew, and none is longer than such a rest", () => {
  const sent = [{ start: 0, end: 0.1 }];
  expect(withMark(sent, { start: 30, end: 30.2 })).toEqual([...sent, { start: 30, end: 30.2 }]);
  expect(withMark(sent, { start: 600, end: 600.2 })).toEqual([{ start: 600, end: 600.2 }]);
  expect(withMark([], { start: 5, end: 605 })).toEqual([{ start: 5, end: 35 }]);
});
