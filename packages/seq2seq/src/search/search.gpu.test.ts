import { gather, logSoftmax, mul, random, reshape, type Tensor, tensor } from "@unroll/nn";
import { normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { useTestDevice } from "../test-support/device";
import { randomTable, speakerOf, stateOf, stepOf } from "../test-support/tables";
import { beamSearch, ensemble, greedySearch, type SearchStep, sampleSequences } from ".";
import { beamSearchReference } from "./search.reference";

useTestDevice();
const V = 6;
const START = V;
const END = 0;
const sources = 2;
const common = { start: START, end: END, maxLength: 15 };

describe("sampleSequences", () => {
  const table = randomTable({ V, nodes: 12 }, { seed: 4 });
  const step = stepOf(table, START);

  test("draws as the model says", async () => {
    const [samples, seeds] = [128, 4];
    const first = new Array<number>(V).fill(0);
    for (let seed = 0; seed < seeds; seed++) {
      const [drawn = []] = await sampleSequences(step, stateOf(1), { ...common, samples, seed, maxLength: 1 });
      expect(drawn).toHaveLength(samples);
      for (const { tokens } of drawn) first[tokens[0] ?? END] = (first[tokens[0] ?? END] as number) + 1;
    }
    const total = seeds * samples;
    const p = Array.from(speakerOf(table)(0, []), Math.exp);
    // χ² of 5 degrees of freedom is above 25.7 once in 10,000 times; the seeds are fixed
    expect(p.reduce((sum, q, v) => sum + ((first[v] as number) - total * q) ** 2 / (total * q), 0)).toBeLessThan(25.7);
  });

  test("gives what the model makes of it, and the same for a seed", async () => {
    const options = { ...common, samples: 5, seed: 9, temperature: 1.5, topK: 4 };
    const drawn = await sampleSequences(step, stateOf(sources), options);
    expect(await sampleSequences(step, stateOf(sources), options)).toEqual(drawn);
    expect(await sampleSequences(step, stateOf(sources), { ...options, seed: 10 })).not.toEqual(drawn);
    const { seed: _, ...unseeded } = options;
    expect(await sampleSequences(step, stateOf(sources), { ...unseeded, rng: random(9) })).toEqual(drawn);
    const speak = speakerOf(table);
    for (const [b, list] of drawn.entries()) {
      expect(list).toHaveLength(5);
      for (const { tokens, logProbability, score, length } of list) {
        const all = [...tokens, END];
        const expected = all.reduce((sum, token, t) => sum + (speak(b, all.slice(0, t))[token] as number), 0);
        expect(logProbability).toBe(expected);
        expect(score).toBe(logProbability);
        expect(length).toBe(tokens.length + 1);
        expect(tokens.length).toBeLessThanOrEqual(15);
      }
    }
  });

  test("keeps to the likeliest, to beginnings and to lengths", async () => {
    const greedy = await greedySearch(step, stateOf(sources), common);
    const cold = await sampleSequences(step, stateOf(sources), { ...common, samples: 3, topK: 1, seed: 1 });
    for (const [b, list] of cold.entries()) for (const each of list) expect(each.tokens).toEqual(greedy[b]?.tokens);
    const bound = {
      ...common,
      samples: 4,
      seed: 2,
      minLength: 6,
      maxLength: 9,
      prefixes: [[3, 3], [5]],
      blockNgrams: 3,
    };
    for (const [b, list] of (await sampleSequences(step, stateOf(sources), bound)).entries()) {
      for (const { tokens } of list) {
        expect(tokens.slice(0, b === 0 ? 2 : 1)).toEqual(bound.prefixes[b]);
        expect(tokens.length).toBeGreaterThanOrEqual(6);
        expect(tokens.length).toBeLessThanOrEqual(9);
        const triples = tokens.slice(2).map((_, i) => tokens.slice(i, i + 3).join());
        expect(new Set(triples).size).toBe(triples.length);
      }
    }
  });
});

describe("ensemble", () => {
  const tables = [randomTable({ V, nodes: 10 }, { seed: 1 }), randomTable({ V, nodes: 10 }, { seed: 2 })] as const;
  const steps = tables.map((table) => stepOf(table, START));
  const states = () => tables.map(() => stateOf(sources));

  test.each(["probabilities", "logProbabilities"] as const)("is the mean of %s", async (average) => {
    const [a, b] = tables.map(speakerOf);
    const mean = (x: number, y: number): number =>
      average === "logProbabilities" ? (x + y) / 2 : Math.log((Math.exp(x) + Math.exp(y)) / 2);
    const found = await beamSearch(ensemble(steps, { average }), states(), { ...common, beam: 4, nBest: 4 });
    for (const [source, list] of found.entries()) {
      const expected = beamSearchReference(
        (_, tokens) => {
          const [x, y] = [a?.(source, tokens) ?? [], b?.(source, tokens) ?? []];
          return Array.from(x, (own, v) => mean(own, y[v] as number));
        },
        source,
        { ...common, beam: 4, score: (x) => x },
      );
      expect(list.map(({ tokens }) => tokens)).toEqual(expected.map(({ tokens }) => tokens));
      for (const [i, { logProbability }] of list.entries()) {
        // each of 16 tokens: exp of at most −5 to 13 ulp, ln to 2⁻²¹, and a few roundings of numbers below 8
        const bound = 16 * (2 * 13 * 2 ** -24 + 2 ** -21 + 4 * 8 * 2 ** -24);
        expect(Math.abs(logProbability - (expected[i]?.logProbability ?? Number.NaN))).toBeLessThan(bound);
      }
    }
  });

  test("says nothing that one of many models cannot say, by the mean of logarithms", async () => {
    const many = Array.from({ length: 12 }, (_, m) => randomTable({ V, nodes: 4 }, { seed: m + 1 }));
    const [first] = many as [(typeof many)[number]];
    for (let node = 0; node < 4; node++) first.logProbabilities[node * V + 2] = -1e30;
    const step = ensemble(
      many.map((table) => stepOf(table, START)),
      { average: "logProbabilities" },
    );
    const options = { ...common, maxLength: 1, beam: 2 * V, nBest: 2 * V };
    const found = await beamSearch(
      step,
      many.map(() => stateOf(sources)),
      options,
    );
    for (const list of found) {
      expect(list).toHaveLength(V - 1); // the end alone, and before it each token but 2
      expect(list.flatMap(({ tokens }) => tokens)).not.toContain(2);
    }
  });

  test("of one model is that model", async () => {
    const [step] = steps as [SearchStep<ReturnType<typeof stateOf>>];
    const alone = await beamSearch(step, stateOf(sources), { ...common, beam: 3, nBest: 3, weights: true });
    for (const average of ["probabilities", "logProbabilities"] as const) {
      const one = await beamSearch(ensemble([step], { average }), [stateOf(sources)], {
        ...common,
        beam: 3,
        nBest: 3,
        weights: true,
      });
      expect(one.map((list) => list.map(({ tokens }) => tokens))).toEqual(alone.map((l) => l.map((h) => h.tokens)));
    }
  });

  test("says what is wrong", async () => {
    expect(() => ensemble([])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: ensemble: steps should be at least one model but is empty.]`,
    );
    await expect(beamSearch(ensemble(steps), [stateOf(sources)], common)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: ensemble: the state should be a list of 2 states, one for each model but is of 1.]`,
    );
    const other = stepOf(randomTable({ V: V + 1, nodes: 10 }, { seed: 3 }), V + 1);
    await expect(
      beamSearch(ensemble([...steps, other]), [...states(), stateOf(sources)], common),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: ensemble: the models should be of 6 tokens, as the first but is of 7.]`,
    );
  });
});

describe("the state", () => {
  const H = 3;
  const table = normal([V + 1, H], { seed: 6 }).data;
  const out = normal([V, H], { seed: 7, scale: 2 }).data;
  const memory = normal([sources, H], { seed: 8 }).data;
  const embedding = tensor(Float32Array.from(table), { shape: [V + 1, H] });
  const columns = tensor(
    Float32Array.from({ length: H * V }, (_, i) => out[(i % V) * H + Math.floor(i / V)] as number),
    { shape: [H, V] },
  );

  test("may be nested, of any rank and type, and may hold what never changes", async () => {
    const { add, matmul, tanh, cast } = await import("@unroll/nn");
    // h' = tanh(h/2 + e(token) + m); counts of tokens ride along as i32, and so does what a list holds
    type State = { h: Tensor; memory: Tensor; deep: { counts: Tensor; list: readonly [Tensor, string] } };
    const step: SearchStep<State> = (state, tokens) => {
      const R = tokens.size;
      const e = gather(embedding, tokens);
      const h = tanh(add(add(mul(state.h, 0.5), e), state.memory));
      const [last, label] = state.deep.list;
      const counts = add(state.deep.counts, 1);
      const next = reshape(cast(tokens, "f32"), [R, 1, 1]);
      expect(last.shape).toEqual([R, 1, 1]);
      return { logits: matmul(h, columns), state: { h, memory: state.memory, deep: { counts, list: [next, label] } } };
    };
    const state: State = {
      h: tensor(new Float32Array(sources * H), { shape: [sources, H] }),
      memory: tensor(Float32Array.from(memory), { shape: [sources, H] }),
      deep: {
        counts: tensor(new Int32Array(sources)),
        list: [tensor(new Float32Array(sources), { shape: [sources, 1, 1] }), "kept"],
      },
    };
    const speak = (source: number, tokens: readonly number[]): number[] => {
      let h = new Array<number>(H).fill(0);
      for (const token of [START, ...tokens]) {
        h = h.map((x, i) => Math.tanh(x / 2 + (table[token * H + i] as number) + (memory[source * H + i] as number)));
      }
      const logits = Array.from({ length: V }, (_, v) =>
        h.reduce((sum, x, i) => sum + x * (out[v * H + i] as number), 0),
      );
      const total = Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0));
      return logits.map((x) => x - total);
    };
    const options = { ...common, beam: 5, nBest: 5, minLength: 3, maxLength: 18 };
    const found = await beamSearch(step, state, options);
    for (const [b, list] of found.entries()) {
      const expected = beamSearchReference(speak, b, { ...options, score: (x) => x });
      expect(list.map(({ tokens }) => tokens)).toEqual(expected.map(({ tokens }) => tokens));
      for (const [i, { logProbability }] of list.entries()) {
        // of each of 19 tokens: tanh to 2⁻²⁰ and three products of numbers below 8, then a softmax of logits below 16
        const bound = 19 * (3 * 8 * 2 ** -20 + 16 * 2 ** -22);
        expect(Math.abs(logProbability - (expected[i]?.logProbability ?? Number.NaN))).toBeLessThan(bound);
      }
    }
    // it still is the caller's
    expect(await state.memory.data()).toEqual(Float32Array.from(memory));
  });

  test("may be what was not computed yet, and stays the caller's", async () => {
    const computed = logSoftmax(tensor(Float32Array.from(memory), { shape: [sources, H] }));
    const { matmul } = await import("@unroll/nn");
    const step: SearchStep<Tensor> = (h, tokens) => ({
      logits: matmul(mul(h, gather(embedding, tokens)), columns),
      state: h,
    });
    for (const beam of [1, 3]) {
      await beamSearch(step, computed, { ...common, beam });
      await beamSearch(step, computed, { ...common, beam });
    }
    expect(await computed.data()).toHaveLength(sources * H);
  });

  test("may be none at all", async () => {
    const said = tensor(
      Float32Array.from({ length: V }, (_, v) => -v - 1),
      { shape: [1, V] },
    );
    const step: SearchStep<null> = (state, tokens) => ({
      logits: gather(said, mul(tokens, 0)),
      state,
    });
    const found = await beamSearch(step, null, { ...common, start: 0, end: V - 1, sources: 2, beam: 2, maxLength: 2 });
    expect(found.map((list) => list.map(({ tokens }) => tokens))).toEqual([[[0, 0]], [[0, 0]]]);
  });
});
