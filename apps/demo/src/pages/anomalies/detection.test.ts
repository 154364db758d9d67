import { expect, test } from "vitest";
import { alarmsOf, bestOf, errorsOf, isOf, judge, judgeAll, regularityOf, scaleOf, type Watched } from "./detection";

/** A series that is as expected but for errors at some steps. */
function watched(errors: Readonly<Record<number, number>>, fault: Watched["fault"]): Watched {
  const expected = Array.from({ length: 60 }, (_, step) => Math.sin(step));
  return { expected, values: expected.map((value, step) => value + (errors[step] ?? 0)), fault };
}

const found = watched({ 20: 2, 21: 1 }, { start: 20, end: 21 });
const missed = watched({ 40: 0.1 }, { start: 40, end: 50 });
const regular = watched({ 30: 0.5 }, null);
const all = [found, missed, regular];

test("errors are distances, and none before the wave can be known", () => {
  expect(errorsOf(watched({ 2: 5, 10: -3 }, null)).filter((error) => error > 0)).toEqual([expect.closeTo(3, 12)]);
});

test("regularity is 1 where the error is least and 0 where it is largest", () => {
  const regularity = regularityOf(found, scaleOf(all));
  expect(regularity[20]).toBe(0);
  expect(regularity[21]).toBeCloseTo(0.5, 12);
  expect(regularity[30]).toBeCloseTo(1, 12);
});

test("what lies near together is one alarm", () => {
  const regularity = Array.from({ length: 60 }, (_, step) => ([10, 12, 40].includes(step) ? 0.2 : 1));
  expect(alarmsOf(regularity, 0.5)).toEqual([
    { start: 10, end: 13 },
    { start: 40, end: 41 },
  ]);
  expect(alarmsOf(regularity, 0.1)).toEqual([]);
});

test("an alarm is of a fault if at least half of it is there or soon after", () => {
  const fault = { start: 20, end: 30 }; // settled at 38
  const within = { start: 25, end: 26 };
  const late = { start: 36, end: 39 };
  const half = { start: 2, end: 38 };
  const more = { start: 1, end: 38 };
  const all = { start: 0, end: 60 };
  const after = { start: 38, end: 39 };
  expect([within, late, half].map((alarm) => isOf(alarm, fault))).toEqual([true, true, true]);
  expect([more, all, after].map((alarm) => isOf(alarm, fault))).toEqual([false, false, false]);
  expect(isOf(all, null)).toBe(false);
});

test("to raise one alarm over each series is to find nothing", () => {
  const regularity = all.map(({ values }) => values.map(() => 0));
  expect(judge(all, regularity, 0.5)).toMatchObject({ recall: 0, f1: 0, alarms: 3, faults: 2 });
});

test("precision counts alarms, recall counts faults", () => {
  const scale = scaleOf(all);
  const regularity = all.map((series) => regularityOf(series, scale));
  expect(judge(all, regularity, 0.5)).toEqual({ precision: 1, recall: 0.5, f1: 2 / 3, alarms: 1, faults: 2 });
  expect(judge(all, regularity, 0.9)).toMatchObject({ precision: 0.5, recall: 0.5, alarms: 2 });
  expect(judge(all, regularity, 0.97)).toMatchObject({ precision: 2 / 3, recall: 1, alarms: 3 });
  expect(judge(all, regularity, 0)).toMatchObject({ precision: 1, recall: 0, f1: 0 });
});

test("the best threshold has the best F1", () => {
  const judged = judgeAll(all);
  const best = bestOf(judged);
  expect(best).toBeGreaterThan(0.95);
  const most = Math.max(...judged.map(({ verdict }) => verdict.f1));
  expect(judged.find(({ threshold }) => threshold === best)?.verdict.f1).toBe(most);
});
