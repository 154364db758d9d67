import { keyedTone, morseTiming } from "@unroll/data";
import { expect, test } from "vitest";
import { dotOf, marksIn, USUAL_DOT } from "./marks";

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
