import { normal } from "@unroll/testing";
import { describe, expect, test, vi } from "vitest";
import { ctcAlign, ctcBeamSearch, ctcGreedy } from "..";
import { labellings, logSoftmax64 } from "../test-support/ctc.reference";

/** One row of probabilities as scores. */
const row = (...frames: number[][]) => ({
  data: frames.flat().map(Math.log),
  shape: [1, frames.length, frames[0]?.length ?? 0],
});

describe("ctcGreedy", () => {
  test("takes repeats and then blanks out, and says when each label is said", async () => {
    const of = (c: number): number[] => [0, 1, 2].map((k) => (k === c ? 0.8 : 0.1));
    const scores = row(...[1, 1, 0, 1, 2, 2, 2, 0].map(of));
    const [path] = await ctcGreedy(scores);
    expect(path?.labels).toEqual([1, 1, 2]);
    expect(path?.spans).toEqual([
      { label: 1, start: 0, end: 2 },
      { label: 1, start: 3, end: 4 },
      { label: 2, start: 4, end: 7 },
    ]);
    expect(path?.logProbability).toBeCloseTo(8 * Math.log(0.8), 12);
    const [each] = await ctcGreedy(scores, { mergeRepeated: false });
    expect(each?.labels).toEqual([1, 1, 1, 2, 2, 2]);
    const [other] = await ctcGreedy(scores, { blank: 2 });
    expect(other?.labels).toEqual([1, 0, 1, 0]);
  });

  test("the lowest class wins a tie; nothing past a row's length is looked at", async () => {
    const scores = { data: [1, 1, 0, 0, 5, 5, Number.NaN, 0, 0, 0, 0, 9], shape: [2, 2, 3] };
    const [first, second] = await ctcGreedy(scores, { blank: 2, inputLengths: [2, 0] });
    expect(first?.labels).toEqual([0, 1]);
    expect(second).toEqual({ labels: [], spans: [], logProbability: 0 });
  });

  test("scores may be summed as they are", async () => {
    const [path] = await ctcGreedy({ data: [1, 3, 2, 5], shape: [1, 2, 2] }, { normalize: false });
    expect(path?.logProbability).toBe(8);
  });
});

const cases = [0, 1, 2].flatMap((blank) => [1, 2, 3, 4].map((seed) => ({ blank, seed })));

describe.each(cases)("ctcBeamSearch with blank $blank, seed $seed", ({ blank, seed }) => {
  const { data, shape } = normal([1, 5, 3], { seed, scale: 1.5 });
  const frames = Array.from({ length: 5 }, (_, t) => logSoftmax64([...data.subarray(t * 3, (t + 1) * 3)]));
  const exact = [...labellings(frames, blank)].sort((a, b) => b[1] - a[1]);

  test("a beam with room for all finds every labelling with its probability", async () => {
    const [found] = await ctcBeamSearch({ data, shape }, { blank, beamWidth: 500, nBest: 500 });
    expect(found?.map(({ labels }) => labels.join())).toEqual(exact.map(([labels]) => labels));
    for (const [n, { logProbability, score }] of (found ?? []).entries()) {
      expect(logProbability).toBeCloseTo(exact[n]?.[1] as number, 10);
      expect(score).toBe(logProbability);
    }
  });

  test("a language model and a bonus for labels order as their sum does", async () => {
    const [alpha, beta] = [0.7, 0.4];
    const p = (before: number | undefined, label: number): number => Math.log(before === label ? 0.2 : 0.5 + label / 9);
    const languageModel = (prefix: readonly number[], label: number): number => p(prefix.at(-1), label);
    const options = { blank, beamWidth: 500, nBest: 500, languageModel, alpha, beta };
    const [found] = await ctcBeamSearch({ data, shape }, options);
    const score = (labels: number[], logProbability: number): number =>
      labels.reduce((sum, label, i) => sum + alpha * p(labels[i - 1], label) + beta, logProbability);
    const ordered = exact
      .map(([text, logP]) => ({ text, score: score(text === "" ? [] : text.split(",").map(Number), logP) }))
      .sort((a, b) => b.score - a.score);
    for (const [n, { text, score }] of ordered.slice(0, 10).entries()) {
      expect(found?.[n]?.labels.join()).toBe(text);
      expect(found?.[n]?.score).toBeCloseTo(score, 10);
    }
  });
});

describe("ctcBeamSearch", () => {
  test("finds what greedy decoding does not: many paths outweigh the best one", async () => {
    // 0.6·0.6 for nothing, against 1 − 0.36 for all paths of (1)
    const scores = row([0.6, 0.4], [0.6, 0.4]);
    expect((await ctcGreedy(scores))[0]?.labels).toEqual([]);
    const [[best] = []] = await ctcBeamSearch(scores);
    expect(best?.labels).toEqual([1]);
    expect(best?.logProbability).toBeCloseTo(Math.log(0.64), 12);
  });

  test("a label that follows itself needs a blank between", async () => {
    const [found] = await ctcBeamSearch(row([0.1, 0.9], [0.8, 0.2], [0.1, 0.9]), { nBest: 2 });
    expect(found?.map(({ labels }) => labels)).toEqual([[1, 1], [1]]);
    const [merged] = await ctcBeamSearch(row([0.1, 0.9], [0.8, 0.2], [0.1, 0.9]), { mergeRepeated: true });
    expect(merged?.[0]?.labels).toEqual([1]);
    expect(merged?.[0]?.logProbability).toBe(found?.[0]?.logProbability);
  });

  test("a narrow beam loses what was unlikely early", async () => {
    const scores = row([0.5, 0.3, 0.2], [0.02, 0.08, 0.9]);
    const wide = await ctcBeamSearch(scores, { beamWidth: 10, nBest: 3 });
    const narrow = await ctcBeamSearch(scores, { beamWidth: 1 });
    expect(wide[0]?.map(({ labels }) => labels)).toEqual([[2], [1, 2], [1]]);
    expect(wide[0]?.[0]?.logProbability).toBeCloseTo(Math.log(0.5 * 0.9 + 0.2 * 0.9 + 0.2 * 0.02), 12);
    expect(narrow[0]?.[0]?.logProbability).toBeCloseTo(Math.log(0.5 * 0.9), 12);
  });

  test("topClasses leaves out what is unlikely at a step", async () => {
    const scores = row([0.5, 0.3, 0.2], [0.1, 0.3, 0.6]);
    const [found] = await ctcBeamSearch(scores, { topClasses: 1, nBest: 5 });
    expect(found).toHaveLength(1);
    expect(found?.[0]?.labels).toEqual([2]);
    expect(found?.[0]?.logProbability).toBeCloseTo(Math.log(0.5 * 0.6), 12);
  });

  test("a language model turns a doubtful label round, and is asked once a prefix", async () => {
    const scores = row([0.02, 0.6, 0.38], [0.98, 0.01, 0.01], [0.02, 0.5, 0.48]);
    const languageModel = vi.fn((prefix: readonly number[], label: number) =>
      Math.log(prefix.at(-1) === label ? 0.01 : 0.99),
    );
    expect((await ctcBeamSearch(scores))[0]?.[0]?.labels).toEqual([1, 1]);
    expect((await ctcBeamSearch(scores, { languageModel }))[0]?.[0]?.labels).toEqual([1, 2]);
    const asked = languageModel.mock.calls.map(([prefix, label]) => [...prefix, label].join());
    expect(new Set(asked).size).toBe(asked.length);
    expect((await ctcBeamSearch(scores, { languageModel, alpha: 0 }))[0]?.[0]?.labels).toEqual([1, 1]);
  });

  test("no step gives the empty labelling for certain", async () => {
    const [found] = await ctcBeamSearch({ data: [0, 0], shape: [1, 1, 2] }, { inputLengths: [0] });
    expect(found).toEqual([{ labels: [], logProbability: 0, score: 0 }]);
  });
});

describe("ctcAlign", () => {
  test.each([1, 2, 3, 4, 5])("is the likeliest of all paths that say the target, seed %i", async (seed) => {
    const { data, shape } = normal([1, 6, 3], { seed, scale: 1.5 });
    const frames = Array.from({ length: 6 }, (_, t) => logSoftmax64([...data.subarray(t * 3, (t + 1) * 3)]));
    for (const target of [[1, 1, 2], [2], []]) {
      const [found] = await ctcAlign({ data, shape }, [target]);
      let best = Number.NEGATIVE_INFINITY;
      for (let n = 0; n < 3 ** 6; n++) {
        const path = Array.from({ length: 6 }, (_, t) => Math.floor(n / 3 ** t) % 3);
        if (path.filter((c, t) => c !== 0 && c !== path[t - 1]).join() !== target.join()) continue;
        best = Math.max(
          best,
          path.reduce((sum, c, t) => sum + (frames[t]?.[c] as number), 0),
        );
      }
      expect(found?.logProbability).toBeCloseTo(best, 10);
      const path = found?.path ?? [];
      expect(path.filter((c, t) => c !== 0 && c !== path[t - 1])).toEqual(target);
      expect(found?.spans.map(({ label }) => label)).toEqual(target);
      for (const { label, start, end } of found?.spans ?? []) {
        expect(path.slice(start, end)).toEqual(new Array(end - start).fill(label));
      }
      expect(path.reduce((sum, c, t) => sum + (frames[t]?.[c] as number), 0)).toBeCloseTo(best, 10);
    }
  });

  test("refuses what cannot be said", async () => {
    const scores = row([0.5, 0.5], [0.5, 0.5]);
    await expect(ctcAlign(scores, [[1, 1]])).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: ctcAlign: row 0: the input should be of at least 3 steps, which its target needs, but is of 2.]`,
    );
    await expect(ctcAlign(row([1, 0]), [[1]])).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: ctcAlign: row 0: the input should be such that its target can be but is such that every path of it has a step of probability 0.]`,
    );
    await expect(ctcAlign(scores, [[0]])).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: ctcAlign: label 0 of row 0 should be a class from 0 to 1 other than the blank 0 but is 0.]`,
    );
    await expect(ctcAlign(scores, [])).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: ctcAlign: targets should be 1, one for each row but is 0.]`,
    );
  });
});

test("scores and options out of range", async () => {
  const scores = row([0.5, 0.5]);
  await expect(ctcGreedy({ data: [1, 2], shape: [1, 2] })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: ctcGreedy: scores should be [B, T, C] but is [1, 2]. Give [rows, steps, classes]; one row alone is [1, T, C].]`,
  );
  await expect(ctcGreedy({ data: [1], shape: [1, 1, 2] })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: ctcGreedy: scores.data should be of 2 numbers but is 1.]`,
  );
  await expect(ctcGreedy(scores, { blank: 2 })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ctcGreedy: blank should be a class from 0 to 1 but is 2.]`,
  );
  await expect(ctcGreedy(scores, { inputLengths: [2] })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ctcGreedy: inputLengths[0] should be a whole number from 0 to T = 1 but is 2.]`,
  );
  await expect(ctcGreedy(scores, { inputLengths: [1, 1] })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: ctcGreedy: inputLengths should be 1, one for each row but is 2.]`,
  );
  await expect(ctcGreedy({ data: [Number.NaN, 1], shape: [1, 1, 2] })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ctcGreedy: the scores of row 0, step 0 should be numbers, or −∞ for what cannot be, not all of them but is NaN.]`,
  );
  await expect(ctcGreedy(row([0, 0]))).rejects.toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ctcGreedy: the scores of row 0, step 0 should be numbers, or −∞ for what cannot be, not all of them but is -Infinity.]`,
  );
  const misspelt = { beam: 5 } as { beamWidth?: number };
  await expect(ctcBeamSearch(scores, misspelt)).rejects.toThrow("ctcBeamSearch: options.beam should be one of");
  await expect(ctcGreedy(scores, misspelt as object)).rejects.toThrow(
    "ctcGreedy: options.beam should be one of inputLengths, bl",
  );
  await expect(ctcAlign(scores, [[1]], misspelt as object)).rejects.toThrow(
    "ctcAlign: options.beam should be one of inputLeng",
  );
  await expect(ctcBeamSearch(scores, { beamWidth: 0 })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ctcBeamSearch: beamWidth should be a positive whole number but is 0.]`,
  );
  await expect(ctcBeamSearch(scores, { beamWidth: 2, nBest: 3 })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ctcBeamSearch: nBest should be at most beamWidth 2 but is 3.]`,
  );
  await expect(ctcBeamSearch(scores, { topClasses: 1.5 })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ctcBeamSearch: topClasses should be a positive whole number but is 1.5.]`,
  );
  await expect(ctcBeamSearch(scores, { alpha: Number.NaN })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ctcBeamSearch: alpha should be a finite number but is NaN.]`,
  );
  const languageModel = () => Number.NaN;
  await expect(ctcBeamSearch(scores, { languageModel })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ctcBeamSearch: languageModel([], 1) should be the logarithm of a probability but is NaN.]`,
  );
});
