import { expect, test } from "vitest";
import type { Pair } from "../../../pairs/pair";
import { split } from "./split";

const pairsOf = (count: number, name = (n: number) => `s${n}`): Pair[] =>
  Array.from({ length: count }, (_, n) => ({ source: [name(n)], target: [`t${n}`] }));

test("a tenth is held out, and none of it is learned from", () => {
  const { train, held, isHeldOut } = split(pairsOf(400), 0);
  expect(isHeldOut).toBe(true);
  expect(train.length + held.length).toBe(400);
  expect(held.length).toBeGreaterThan(20);
  expect(held.some((pair) => train.includes(pair))).toBe(false);
  expect(split(pairsOf(4000), 0).held).toHaveLength(64);
});

test("where none can be held out, that is told", () => {
  const same = pairsOf(12, () => "one");
  const { train, held, isHeldOut } = split(same, 0);
  expect(isHeldOut).toBe(false);
  expect(train).toBe(same);
  expect(held.toSorted((a, b) => same.indexOf(a) - same.indexOf(b))).toEqual(same);
});
