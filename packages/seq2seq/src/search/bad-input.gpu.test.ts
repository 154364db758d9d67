import { concat, gather, reshape, type Tensor, tensor } from "@unroll/nn";
import { describe, expect, test } from "vitest";
import { useTestDevice } from "../test-support/device";
import { randomTable, stateOf, stepOf } from "../test-support/tables";
import { type BeamSearchOptions, beamSearch, type SearchStep, sampleSequences, specialTokens } from ".";

const gpu = useTestDevice();
const V = 5;
const table = randomTable({ V, nodes: 4, S: 3 }, { seed: 1 });
const step = stepOf(table, V);
const common = { start: V, end: 0, maxLength: 4 };
const sources = 2;
const search = (options: Partial<BeamSearchOptions>) => beamSearch(step, stateOf(sources), { ...common, ...options });

test("a good search, so that what follows fails for its own reason", async () => {
  expect(await search({})).toHaveLength(2);
  expect(gpu.device.counters.dispatches).toBeGreaterThan(0);
});

describe("options", () => {
  test("beams", async () => {
    await expect(search({ beam: 0 })).rejects.toThrowErrorMatchingInlineSnapshot();
    await expect(search({ beam: 257 })).rejects.toThrowErrorMatchingInlineSnapshot();
    await expect(search({ beam: 2, nBest: 3 })).rejects.toThrowErrorMatchingInlineSnapshot();
    await expect(search({ beam: 5, groups: 2 })).rejects.toThrowErrorMatchingInlineSnapshot();
    await expect(search({ diversity: 0.5 })).rejects.toThrowErrorMatchingInlineSnapshot();
  });

  test("lengths", async () => {
    await expect(search({ minLength: 5 })).rejects.toThrowErrorMatchingInlineSnapshot();
    await expect(search({ maxLength: 0 })).rejects.toThrowErrorMatchingInlineSnapshot();
    await expect(search({ maxLength: [3] })).rejects.toThrowErrorMatchingInlineSnapshot();
    await expect(search({ sourceLengths: [3, 0] })).rejects.toThrowErrorMatchingInlineSnapshot();
    await expect(search({ stepsPerReadback: 4 })).rejects.toThrowErrorMatchingInlineSnapshot();
    await expect(search({ blockNgrams: 0 })).rejects.toThrowErrorMatchingInlineSnapshot();
  });

  test("tokens", async () => {
    await expect(search({ end: V + 3 })).rejects.toThrowErrorMatchingInlineSnapshot();
    await expect(search({ end: -1 })).rejects.toThrowErrorMatchingInlineSnapshot();
    await expect(search({ suppress: [0] })).rejects.toThrowErrorMatchingInlineSnapshot();
    await expect(search({ suppress: [V] })).rejects.toThrowErrorMatchingInlineSnapshot();
    await expect(search({ prefixes: [[1], [2, 0]] })).rejects.toThrowErrorMatchingInlineSnapshot();
    await expect(search({ prefixes: [[1, 1, 1, 1, 1], []] })).rejects.toThrowErrorMatchingInlineSnapshot();
    await expect(search({ prefixes: [[1]] })).rejects.toThrowErrorMatchingInlineSnapshot();
  });

  test("penalties", async () => {
    await expect(search({ alpha: 0.5 })).rejects.toThrowErrorMatchingInlineSnapshot();
    await expect(search({ lengthPenalty: "wu", alpha: -1 })).rejects.toThrowErrorMatchingInlineSnapshot();
    await expect(search({ coverage: Number.NaN })).rejects.toThrowErrorMatchingInlineSnapshot();
  });

  test("samples", async () => {
    const draw = (options: object) => sampleSequences(step, stateOf(sources), { ...common, ...options });
    await expect(draw({ samples: 0 })).rejects.toThrowErrorMatchingInlineSnapshot();
    await expect(draw({ temperature: 0 })).rejects.toThrowErrorMatchingInlineSnapshot();
  });

  test("a vocabulary without start or end", () => {
    expect(() => specialTokens({ startId: 1 })).toThrowErrorMatchingInlineSnapshot();
    expect(() => specialTokens({ padId: 0 })).toThrowErrorMatchingInlineSnapshot();
    const ids = { padId: 0, unknownId: 1, startId: 2, endId: 3 };
    expect(specialTokens(ids)).toEqual({ start: 2, end: 3, suppress: [0, 2] });
    expect(specialTokens(ids, { unknown: false })).toEqual({ start: 2, end: 3, suppress: [0, 2, 1] });
  });
});

describe("the state and the step", () => {
  const said = tensor(new Float32Array(V), { shape: [1, V] });
  const plain = (tokens: Tensor): Tensor => gather(said, tensor(new Uint32Array(tokens.size)));
  const run = <S>(bad: SearchStep<S>, state: S, options: object = {}) =>
    beamSearch(bad, state, { ...common, ...options });

  test("no sources", async () => {
    const none = { node: tensor(new Uint32Array(0)) };
    await expect(beamSearch(step, none, common)).rejects.toThrowErrorMatchingInlineSnapshot();
    await expect(
      run((state: null, tokens) => ({ logits: plain(tokens), state }), null),
    ).rejects.toThrowErrorMatchingInlineSnapshot();
    await expect(search({ sources: 3 })).rejects.toThrowErrorMatchingInlineSnapshot();
  });

  test("rows that are not the tokens'", async () => {
    const two = { a: tensor(new Float32Array(2)), b: tensor(new Float32Array(3)) };
    await expect(
      run((state: typeof two, tokens) => ({ logits: plain(tokens), state }), two),
    ).rejects.toThrowErrorMatchingInlineSnapshot();
    const state = stateOf(sources);
    const shorter: SearchStep<typeof state> = (_, tokens) => ({ logits: plain(tokens), state: stateOf(1) });
    await expect(run(shorter, state)).rejects.toThrowErrorMatchingInlineSnapshot();
    const cube: SearchStep<typeof state> = (s, tokens) => ({
      logits: reshape(plain(tokens), [tokens.size, 1, V]),
      state: s,
    });
    await expect(run(cube, state)).rejects.toThrowErrorMatchingInlineSnapshot();
  });

  test("scores that are none, or two", async () => {
    const state = stateOf(sources);
    await expect(run((s) => ({ state: s }), state)).rejects.toThrowErrorMatchingInlineSnapshot();
    const double: SearchStep<typeof state> = (s, tokens) => ({
      logits: plain(tokens),
      logProbabilities: plain(tokens),
      state: s,
    });
    await expect(run(double, state)).rejects.toThrowErrorMatchingInlineSnapshot();
  });

  test("attention weights that are not there, or not of this shape", async () => {
    const state = stateOf(sources);
    const without: SearchStep<typeof state> = (s, tokens) => ({ logits: plain(tokens), state: s });
    await expect(run(without, state, { coverage: 0.2 })).rejects.toThrowErrorMatchingInlineSnapshot();
    await expect(run(without, state, { weights: true })).rejects.toThrowErrorMatchingInlineSnapshot();
    const heads: SearchStep<typeof state> = (s, tokens) => {
      const weights = reshape(concat([plain(tokens), plain(tokens)], 1), [tokens.size, 2, V]);
      return { logits: plain(tokens), state: s, weights };
    };
    await expect(run(heads, state, { weights: true })).rejects.toThrowErrorMatchingInlineSnapshot();
  });
});
