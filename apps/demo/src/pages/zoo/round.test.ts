import { Random } from "@unroll/data";
import { expect, test } from "vitest";
import { Round } from "./round";
import { makeTask } from "./tasks";

const task = makeTask("adding problem", 6);

test("all of a round have the same examples, and the next round has others", () => {
  const round = new Round(task, new Random(1), 3);
  const first = round.examplesOf(0);
  expect([round.examplesOf(1), round.examplesOf(2)]).toEqual([first, first]);
  expect(round.examplesOf(0)).not.toEqual(first);
});

test("a round that was kept midway goes on with its examples, and so do those after it", () => {
  const random = new Random(1);
  const round = new Round(task, random, 3);
  const first = round.examplesOf(0);
  const kept = JSON.parse(JSON.stringify({ random: random.state, round: round.take() }));
  const again = new Round(task, Random.fromState(kept.random), 3);
  again.restore(kept.round);
  expect(again.examplesOf(1)).toEqual(first);
  expect(again.take()).toEqual(round.take());
  expect(again.examplesOf(0)).toEqual(round.examplesOf(0));
});

test("of a round that was not begun, or is not told of, nothing is brought back", () => {
  const plain = new Round(task, new Random(2), 3).examplesOf(0);
  for (const kept of [new Round(task, new Random(1), 3).take(), null, undefined]) {
    const round = new Round(task, new Random(2), 3);
    round.restore(kept);
    expect(round.examplesOf(1)).toEqual(plain);
  }
});
