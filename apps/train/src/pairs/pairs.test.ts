import { expect, test } from "vitest";
import { alignmentText } from "./alignment-text";
import { describeExamples, drawExamples, exampleOf } from "./examples";
import { type Pair, pairFacts, vocabulariesOf } from "./pair";
import { spread } from "./pair-learner";
import { PairPart } from "./pair-part";

const pair = (source: string, ...targets: string[]): Pair => ({
  source: [...source],
  targets: targets.map((target) => [...target]),
});

const pairs = [pair("abc", "xyz", "x"), pair("a", "xx"), pair("ab", "y"), pair("abcabc", "xyzxyz"), pair("ba", "yx")];
const facts = pairFacts(pairs);
const vocabularies = vocabulariesOf(facts);
const partOf = (size: number) => new PairPart(pairs, { vocabularies, size, multiple: 2 });

test("vocabularies have what occurs, an unknown entry, and of targets a start and an end; cuts leave the rare out", () => {
  expect(facts.longest).toBe(6);
  expect([facts.source.entries, facts.target.entries]).toEqual([
    ["a", "b", "c"],
    ["x", "y", "z"],
  ]);
  const { source, target } = vocabularies;
  expect([source.size, source.idOf("?"), target.size]).toEqual([4, source.unknownId, 6]);
  expect([target.startId, target.endId]).toEqual([1, 2]);
  expect(pairFacts(pairs, { source: { minCount: 4 } }).source.entries).toEqual(["a", "b"]);
});

test("to learn from, each target is a row with its end; to be scored, each pair is, shortest first", () => {
  const part = partOf(2);
  expect(part.steps).toBe(3);
  const rows = [...part.batches({ seed: 0, epoch: 1 })].flatMap(({ source, target }) => {
    const [, S = 0] = source.shape;
    const [, T = 0] = target.shape;
    return Array.from(source.lengths, (length, row) => {
      const ids = source.data.subarray(row * S, row * S + length);
      const made = target.data.subarray(row * T, row * T + (target.lengths[row] ?? 0));
      expect(made.at(-1)).toBe(vocabularies.target.endId);
      return `${vocabularies.source.decode(ids).join("")} ${vocabularies.target.decode(made).join("")}`;
    });
  });
  expect(rows.sort()).toEqual(["a xx", "ab y", "abc x", "abc xyz", "abcabc xyzxyz", "ba yx"]);
  const scored = [...partOf(5).batches()].map(({ pairs: each }) => each.map(({ source }) => source.join("")));
  expect(scored).toEqual([["ab", "a", "ba", "abc", "abcabc"]]);
});

test("rows of like lengths share a batch, in another order each epoch, the same for a seed", () => {
  const many = Array.from({ length: 90 }, (_, n) => pair("abcabcabcabc".slice(0, 1 + (n % 9)), "xyzxyz".slice(n % 5)));
  const part = new PairPart(many, { vocabularies, size: 10, multiple: 2 });
  const epoch = (number: number) => [...part.batches({ seed: 3, epoch: number })];
  for (const { source, target } of epoch(1)) {
    expect([(source.shape[1] ?? 1) % 2, (target.shape[1] ?? 1) % 2]).toEqual([0, 0]);
    expect(Math.max(...source.lengths) - Math.min(...source.lengths)).toBeLessThanOrEqual(3);
  }
  const first = ({ source }: { source: { data: Int32Array } }) => source.data.join();
  expect(epoch(1).map(first)).toEqual(epoch(1).map(first));
  expect(epoch(1).map(first)).not.toEqual(epoch(2).map(first));
  expect(epoch(1).map(({ source }) => source.shape[0])).toEqual(new Array(9).fill(10));
});

test("a sample is spread over all items, and is all of them where they are few", () => {
  expect(spread([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 3)).toEqual([1, 5, 8]);
  expect(spread([0, 1], 3)).toEqual([0, 1]);
});

test("an alignment is drawn in shades, labels of several letters written downwards, wide ones in their room", () => {
  const weights = [1, 0, 0.5, 0, 0.25, 0.75];
  expect(
    alignmentText({ weights, source: ["il", "年", "e\u0301"], target: ["he", "x"] }).join("\n"),
  ).toMatchInlineSnapshot(`
    "   i
       l 年e
    he ██  ▒▒
    x    ░░▓▓"
  `);
});

test("examples tell what was made, and what should have been where that is something else", () => {
  const made = { symbols: ["x", "y"], weights: [1, 0, 0, 0.98765, 0.5, 0.5] };
  const wrong = exampleOf(pair("ab", "xx", "yy"), made);
  expect(wrong.weights).toEqual([1, 0, 0, 0.988, 0.5, 0.5]);
  const detail = [exampleOf(pair("ab", "xy"), made), wrong];
  expect(describeExamples(detail, { source: "", target: "-" })).toMatchInlineSnapshot(`
    "  ab → x-y
      ab → x-y, not x-x or y-y
    Where it looked, source across, what it made down:
        a b
    x   ██
    y     ██
    end ▒▒▒▒"
  `);
  const drawings = drawExamples(detail, { source: "", target: "-" });
  expect(drawings.map(({ name }) => name)).toEqual(["alignment-1"]);
  expect(drawings[0]?.svg).toContain("y ← b: 0.988");
});
