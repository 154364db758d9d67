import { expect, test } from "vitest";
import { Logbook } from "./logbook";

test("curves are means that grow coarser, and the first step's time does not count", () => {
  const logbook = new Logbook(2);
  for (let step = 0; step < 1000; step++) {
    logbook.note(0, step, step === 0 ? 5000 : 10);
    logbook.note(1, 1, 20);
  }
  const [first, second] = logbook.courses;
  expect([first?.took, second?.took]).toEqual([10, 20]);
  expect(first?.loss).toBe(999);
  expect(first?.losses.length).toBeLessThanOrEqual(120);
  expect(first?.losses.length).toBeGreaterThan(30);
  expect(first?.losses).toEqual(first?.losses.toSorted((a, b) => a - b));
  expect(new Set(second?.losses)).toEqual(new Set([1]));
});

test("a race goes on where it was kept, and another's notes are left", () => {
  const logbook = new Logbook(2);
  logbook.note(0, 1, 3);
  logbook.note(1, 2, 4);
  logbook.noteScore(1, 0.25);
  expect([logbook.hasRun(1), new Logbook(1).hasRun(0)]).toEqual([true, false]);
  const kept = JSON.parse(JSON.stringify(logbook.take()));
  const again = new Logbook(2);
  again.restore(kept);
  expect(again.courses).toEqual(logbook.courses);
  const other = new Logbook(3);
  for (const notes of [kept, null, 7, { courses: [1, 2, 3] }]) other.restore(notes);
  expect(other.courses.every(({ loss }) => loss === null)).toBe(true);
});

test("curves of scores grow coarser too, and keep the last", () => {
  const logbook = new Logbook(1);
  for (let score = 1; score <= 1000; score++) {
    logbook.noteScore(0, score);
    expect(logbook.courses[0]?.scores.at(-1)).toBe(score);
    expect(logbook.courses[0]?.scores.length).toBeLessThanOrEqual(120);
  }
});
