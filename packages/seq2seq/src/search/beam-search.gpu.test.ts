import { planStatistics } from "@unroll/nn";
import { describe, expect, test } from "vitest";
import { useTestDevice } from "../test-support/device";
import { attentionOf, randomTable, speakerOf, stateOf, stepOf, type Table } from "../test-support/tables";
import { type BeamSearchOptions, beamSearch, greedySearch } from ".";
import { beamSearchReference, exhaustiveReference, followers, type ReferenceOptions } from "./search.reference";

const gpu = useTestDevice();

const V = 7;
const START = V; // of a column of its own
const END = 0;
const sources = 3;
const plain = (logProbability: number): number => logProbability;

/** Both searches of a table, with options that mean the same. */
async function both(table: Table, options: Partial<BeamSearchOptions>, reference: Partial<ReferenceOptions> = {}) {
  const { beam = 5, nBest = beam, maxLength = 20 } = options;
  const found = await beamSearch(stepOf(table, START), stateOf(sources), {
    start: START,
    end: END,
    ...options,
    beam,
    nBest,
    maxLength,
  });
  const { prefixes, blockNgrams, minLength, suppress, groups, diversity } = options;
  const expected = Array.from({ length: sources }, (_, b) =>
    beamSearchReference(
      speakerOf(table),
      b,
      {
        end: END,
        beam,
        nBest,
        maxLength: typeof maxLength === "number" ? maxLength : (maxLength[b] as number),
        ...(prefixes ? { prefix: prefixes[b] as readonly number[] } : {}),
        ...(blockNgrams ? { blockNgrams } : {}),
        ...(minLength ? { minLength } : {}),
        ...(suppress ? { suppress } : {}),
        ...(groups ? { groups } : {}),
        ...(diversity ? { diversity } : {}),
        score: plain,
        ...reference,
      },
      attentionOf(table),
    ),
  );
  return { found, expected };
}

/** Tokens alike; sums of the same f32 numbers in float64, in one order, alike to the bit. */
async function expectSame(table: Table, options: Partial<BeamSearchOptions>): Promise<void> {
  const { found, expected } = await both(table, options);
  expect(found.map((list) => list.map(({ tokens }) => tokens.join()))).toEqual(
    expected.map((list) => list.map(({ tokens }) => tokens.join())),
  );
  expect(found.map((list) => list.map(({ logProbability }) => logProbability))).toEqual(
    expected.map((list) => list.map(({ logProbability }) => logProbability)),
  );
}

const table = randomTable({ V, nodes: 40, S: 5 }, { seed: 3 });

describe("finds what lists and sorting find", () => {
  test.each<{ why: string; options: Partial<BeamSearchOptions> }>([
    { why: "one beam", options: { beam: 1 } },
    { why: "five beams", options: {} },
    { why: "more beams than tokens", options: { beam: 13 } },
    { why: "fewer results than beams", options: { beam: 6, nBest: 2 } },
    { why: "a length of one", options: { maxLength: 1 } },
    { why: "another length for each source", options: { maxLength: [2, 9, 4] } },
    { why: "lengths past one submission", options: { minLength: 17, maxLength: 30 } },
    { why: "a least length", options: { minLength: 5 } },
    { why: "no pair twice", options: { blockNgrams: 2, minLength: 12, maxLength: 18 } },
    { why: "no token twice", options: { blockNgrams: 1 } },
    { why: "no triple twice", options: { blockNgrams: 3, minLength: 20, maxLength: 26, beam: 3 } },
    { why: "beginnings", options: { prefixes: [[1, 2, 3], [], [4]] } },
    { why: "beginnings with repeats", options: { prefixes: [[1, 1, 1, 1], [2], []], blockNgrams: 2 } },
    { why: "tokens that are never made", options: { suppress: [1, 4] } },
    { why: "groups", options: { beam: 6, groups: 3, diversity: 0.5 } },
    { why: "groups of one", options: { beam: 4, groups: 4, diversity: 1 } },
    { why: "groups that do not look at each other", options: { beam: 4, groups: 2, diversity: 0 } },
    { why: "longer submissions", options: { stepsPerReadback: 11 } },
  ])("$why", async ({ options }) => {
    await expectSame(table, options);
  });

  test.each([1, 2, 3, 4])("where many are equally probable: table %i", async (seed) => {
    // quarters: sums are exact, and ranks often equal
    const tied = randomTable({ V, nodes: 30 }, { seed, steps: 4 });
    await expectSame(tied, { beam: 4 });
    await expectSame(tied, { beam: 6, groups: 2, diversity: 0.5, blockNgrams: 2 });
  });

  test("where some tokens cannot follow, and a source cannot end in all ways", async () => {
    const holed = randomTable({ V, nodes: 20 }, { seed: 8 });
    for (const [i] of holed.logProbabilities.entries()) if (i % 3 === 1) holed.logProbabilities[i] = -1e30;
    await expectSame(holed, { beam: 5, maxLength: 12 });
  });
});

test.each([1, 3])(
  "a sequence that is nearly certain is found, whatever ends before it: %i of three beams",
  async (nBest) => {
    const nodes = 12;
    const sure = randomTable({ V, nodes }, { seed: 1 });
    sure.logProbabilities.fill(Math.log(1e-6));
    for (let node = 0; node < nodes; node++) {
      const [likely, other] = node === nodes - 1 ? [END, 1] : [1, END];
      sure.logProbabilities[node * V + likely] = Math.log(0.9999);
      sure.logProbabilities[node * V + other] = Math.log(9e-5); // at each step this is the second best beginning
      sure.next.fill(Math.min(node + 1, nodes - 1), node * V, (node + 1) * V);
    }
    const options = { start: START, end: END, maxLength: 20, beam: 3, nBest };
    const [found = []] = await beamSearch(stepOf(sure, START), stateOf(1), options);
    expect(found).toHaveLength(nBest);
    expect(found[0]?.tokens).toEqual(new Array(nodes - 1).fill(1));
    expect(found[0]?.logProbability).toBeCloseTo(nodes * Math.log(0.9999), 6);
  },
);

test("of equals the lowest token comes first", async () => {
  const even = randomTable({ V: 4, nodes: sources }, { seed: 1 });
  even.logProbabilities.fill(-1.5);
  const found = await beamSearch(stepOf(even, 4), stateOf(sources), {
    start: 4,
    end: 3,
    beam: 3,
    nBest: 3,
    maxLength: 1,
  });
  expect(found.map((list) => list.map(({ tokens }) => tokens))).toEqual(
    Array.from({ length: sources }, () => [[0], [1], [2]]),
  );
});

describe("penalties order what was found", () => {
  const lengths = [5, 3, 4];
  test.each<{ options: Partial<BeamSearchOptions>; score: ReferenceOptions["score"] }>([
    { options: { lengthPenalty: "average" }, score: (x, n) => x / n },
    { options: { lengthPenalty: "average", alpha: 0.6 }, score: (x, n) => x / n ** 0.6 },
    { options: { lengthPenalty: "wu" }, score: (x, n) => x / ((5 + n) ** 0.6 / 6 ** 0.6) },
    { options: { lengthPenalty: "wu", alpha: 1.2 }, score: (x, n) => x / ((5 + n) ** 1.2 / 6 ** 1.2) },
    {
      options: { coverage: 0.4, lengthPenalty: "wu" },
      score: (x, n, p) => x / ((5 + n) / 6) ** 0.6 + 0.4 * coverage(p, 5),
    },
    { options: { coverage: 2, beam: 1 }, score: (x, _, p) => x + 2 * coverage(p, 5) },
  ])("$options", async ({ options, score }) => {
    const { found, expected } = await both(table, options, { score });
    for (const [b, list] of found.entries()) {
      expect(list.map(({ tokens }) => tokens)).toEqual(expected[b]?.map(({ tokens }) => tokens));
      for (const [i, { score: own }] of list.entries()) {
        // WGSL grants ln 3 ulp above 1/2 and 2⁻²¹ below; five of them, each of a sum of at most 21 weights: 22·2⁻²⁴ of
        // relative error in its argument, twice 2 of weight
        expect(Math.abs(own - (expected[b]?.[i]?.score ?? Number.NaN))).toBeLessThan(
          2 * 5 * (2 ** -21 + 22 * 2 ** -24),
        );
      }
    }
  });

  test("places past a source's end are left out of its coverage", async () => {
    const { found } = await both(table, { coverage: 1, sourceLengths: lengths, weights: true });
    for (const [b, list] of found.entries()) {
      for (const { score, logProbability, weights, length } of list) {
        expect(weights?.shape).toEqual([length, lengths[b]]);
        const S = lengths[b] as number;
        const rows = Array.from({ length }, (_, t) => Array.from(weights?.data.subarray(t * S, (t + 1) * S) ?? []));
        expect(Math.abs(score - logProbability - coverage(rows, S))).toBeLessThan(5 * (2 ** -21 + 22 * 2 ** -24));
      }
    }
  });
});

/** Σᵢ ln min(Σⱼ pᵢⱼ, 1) */
function coverage(p: readonly (readonly number[])[], S: number): number {
  return Array.from({ length: S }, (_, i) =>
    Math.log(
      Math.min(
        p.reduce((sum, row) => sum + (row[i] as number), 0),
        1,
      ),
    ),
  ).reduce((a, b) => a + b, 0);
}

test("weights are those of the beams that a sequence went through", async () => {
  const { found } = await both(table, { weights: true, beam: 4 });
  const attend = attentionOf(table);
  for (const [b, list] of found.entries()) {
    for (const { tokens, weights, length } of list) {
      const expected = Array.from({ length }, (_, t) => attend(b, tokens.slice(0, t))).flat();
      expect(Array.from(weights?.data ?? [])).toEqual(expected);
    }
  }
});

test("token log-probabilities are the table's, the end's last", async () => {
  const { found } = await both(table, {});
  const speak = speakerOf(table);
  for (const [b, list] of found.entries()) {
    for (const { tokens, tokenLogProbabilities } of list) {
      const expected = [...tokens, END].map((token, t) => speak(b, tokens.slice(0, t))[token]);
      expect(tokenLogProbabilities).toEqual(expected);
    }
  }
});

test("a beam wide enough for all sequences finds them all, in order", async () => {
  const small = randomTable({ V: 3, nodes: 9 }, { seed: 5 });
  const reference = { end: 0, beam: 16, maxLength: 3, score: (x: number, n: number) => x / n };
  const found = await beamSearch(stepOf(small, 3), stateOf(sources), {
    start: 3,
    end: 0,
    beam: 16,
    nBest: 16,
    maxLength: 3,
    lengthPenalty: "average",
  });
  for (const [b, list] of found.entries()) {
    const all = exhaustiveReference(speakerOf(small), b, reference);
    expect(all).toHaveLength(15);
    expect(list.map(({ tokens }) => tokens)).toEqual(all.map(({ tokens }) => tokens));
    expect(list.map(({ score }) => score)).toEqual(all.map(({ score }) => score));
  }
});

test("greedy search takes the likeliest token each time", async () => {
  const found = await greedySearch(stepOf(table, START), stateOf(sources), { start: START, end: END, maxLength: 25 });
  const [beamOfOne] = [await both(table, { beam: 1, maxLength: 25 })];
  for (const [b, hypothesis] of found.entries()) {
    const tokens: number[] = [];
    const options = { end: END, beam: 1, maxLength: 25, score: plain };
    for (;;) {
      const ways = followers(speakerOf(table)(b, tokens), tokens, options);
      const best = ways.reduce((a, way) => (way.value > a.value ? way : a));
      if (best.token === END) break;
      tokens.push(best.token);
    }
    expect(hypothesis?.tokens).toEqual(tokens);
    expect(hypothesis).toEqual(beamOfOne.found[b]?.[0]);
  }
});

describe("on the device", () => {
  test.each([
    { beam: 5, minLength: 0, maxLength: 7, readbacks: 1 },
    { beam: 5, minLength: 20, maxLength: 23, readbacks: 3 },
    { beam: 1, minLength: 40, maxLength: 40, readbacks: 6 },
  ])("one readback and one submission to 8 tokens: $minLength to $maxLength", async ({ readbacks, ...options }) => {
    const { device } = gpu;
    const step = stepOf(table, START);
    const search = () =>
      beamSearch(step, stateOf(sources), { start: START, end: END, weights: true, coverage: 0.1, ...options });
    await search();
    const before = device.counters.snapshot();
    await search();
    const counted = device.counters.since(before);
    expect(counted.readbacks).toBeLessThanOrEqual(readbacks);
    // a readback is a submission too, and so is what the state is made ready with
    expect(counted.submissions).toBeLessThanOrEqual(2 * readbacks + 1);
    expect(counted.pipelines).toBe(0);
  });

  test("one plan serves all submissions of a search, and searches of other lengths", async () => {
    const { device } = gpu;
    const step = stepOf(table, START);
    const search = (maxLength: number) =>
      beamSearch(step, stateOf(5), {
        start: START,
        end: END,
        beam: 3,
        blockNgrams: 4,
        maxLength,
        minLength: maxLength,
      });
    const before = { ...planStatistics(device) };
    await search(40);
    // what the state is made ready with, and the steps
    expect(planStatistics(device).misses - before.misses).toBe(2);
    await search(27);
    expect(planStatistics(device).misses - before.misses).toBe(2);
  });

  test("a source does not depend on those beside it", async () => {
    const step = stepOf(table, START);
    const options = { start: START, end: END, maxLength: 20, beam: 4, nBest: 4 };
    const all = await beamSearch(step, stateOf(sources), options);
    const [first] = await beamSearch(step, stateOf(1), options);
    expect(first).toEqual(all[0]);
  });

  test("searching again and again takes no more memory", async () => {
    const { device } = gpu;
    const step = stepOf(table, START);
    const search = () => beamSearch(step, stateOf(sources), { start: START, end: END, maxLength: 30, minLength: 25 });
    for (let i = 0; i < 3; i++) await search();
    const before = device.counters.liveBuffers;
    for (let i = 0; i < 6; i++) await search();
    expect(device.counters.liveBuffers).toBe(before);
  });
});
