import { Random } from "@unroll/data";
import { expect, test } from "vitest";
import { classesOf, drawDigits, TASKS, type TaskName } from "./tasks";

test("each task says what it is named for", () => {
  const digits = [3, 1, 3, 0];
  expect(TASKS.Reverse.answers(digits)).toEqual([0, 3, 1, 3]);
  expect(TASKS.Sort.answers(digits)).toEqual([0, 1, 3, 3]);
  expect(TASKS.Count.answers(digits)).toEqual([2, 1, 2, 1]);
  expect(TASKS["Sum so far"].answers([1, 0, 1, 1])).toEqual([1, 1, 2, 3]);
});

test("rows are drawn within their task's digits, and answers are classes", () => {
  for (const name of Object.keys(TASKS) as TaskName[]) {
    const { digits, answers, shape } = drawDigits(new Random(1), name, { rows: 20, length: 16 });
    expect(shape).toEqual([20, 16]);
    expect(Math.max(...digits)).toBe(TASKS[name].digits - 1);
    expect(Math.max(...answers)).toBeLessThan(classesOf(16));
    expect([...answers.subarray(16, 32)]).toEqual(TASKS[name].answers([...digits.subarray(16, 32)]));
  }
});
