import { Random } from "@unroll/data";
import { expect, test } from "vitest";
import { LENGTH, makeTask, SYMBOLS } from "./tasks";

test("copy memory asks for the symbols behind the gap, and scores them alone", () => {
  const task = makeTask("copy memory", 3);
  const examples = task.draw(new Random(1), 5);
  const [rows, steps, classes] = examples.shape;
  expect([rows, steps, classes]).toEqual([5, 3 + 2 * LENGTH, SYMBOLS + 2]);
  const symbolAt = (at: number) => examples.x.slice(at * classes, (at + 1) * classes).indexOf(1);
  for (let row = 0; row < rows; row++) {
    const asked = [...examples.targets.subarray(row * steps, (row + 1) * steps)];
    expect(asked.slice(0, -LENGTH).every((target) => target === -100)).toBe(true);
    expect(asked.slice(-LENGTH)).toEqual(Array.from({ length: LENGTH }, (_, at) => symbolAt(row * steps + at)));
  }
  const saying = (symbol: (target: number) => number) =>
    Array.from(examples.targets).flatMap((target) =>
      Array.from({ length: classes }, (_, k) => Number(k === symbol(target))),
    );
  expect(
    task.score(
      saying((target) => target),
      examples,
    ),
  ).toBe(1);
  expect(
    task.score(
      saying(() => 0),
      examples,
    ),
  ).toBe(0); // blanks are right before, and nobody asks for them
});

test("the adding problem asks for the sum after the last step", () => {
  const task = makeTask("adding problem", 6);
  const examples = task.draw(new Random(1), 50);
  expect(examples.shape).toEqual([50, 10, 2]);
  const said = (add: number) =>
    Array.from({ length: 500 }, (_, at) => (examples.targets[Math.floor(at / 10)] ?? 0) + add);
  expect(task.score(said(0.09), examples)).toBe(1);
  expect(task.score(said(0.11), examples)).toBe(0);
});
