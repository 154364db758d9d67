import { concat, gather, random, reshape, type Tensor, tensor } from "@unroll/nn";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EncoderDecoder } from "../models";
import { encoderOf, plainOf, SIZES, tokensOf } from "../test-support/batches";
import { useTestDevice } from "../test-support/device";
import { randomTable, stateOf, stepOf } from "../test-support/tables";
import {
  type BeamSearchOptions,
  beamSearch,
  ensemble,
  greedySearch,
  type SearchStep,
  sampleSequences,
  specialTokens,
} from ".";

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

describe("what is refused before the device works", () => {
  let before = 0;
  beforeEach(() => {
    before = gpu.device.counters.snapshot().submissions;
  });
  // whatever is wrong, the device has done nothing
  afterEach(() => expect(gpu.device.counters.snapshot().submissions).toBe(before));

  describe("options", () => {
    test("beams", async () => {
      await expect(search({ beam: 0 })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: beam should be a whole number from 1 to 256 but is 0. A beam of 1 is greedy search; 5 is usual.]`,
      );
      await expect(search({ beam: 257 })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: beam should be a whole number from 1 to 256 but is 257. A beam of 1 is greedy search; 5 is usual.]`,
      );
      await expect(search({ beam: 2, nBest: 3 })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: nBest should be at most beam = 2 but is 3. Search finds as many sequences as it has beams: make beam larger, or nBest smaller.]`,
      );
      await expect(search({ beam: 5, groups: 2 })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: groups should be a divisor of beam = 5 but is 2.]`,
      );
      await expect(search({ diversity: 0.5 })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: diversity should be a finite number from 0, with more than one group but is 0.5 with 1. It holds groups apart: pass groups too.]`,
      );
    });

    test("names that there are none of, and what stands in their place", async () => {
      const loose = (options: object) => options;
      await expect(search(loose({ beamWidth: 3 }))).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: options.beamWidth should be one of beam, nBest, groups, diversity, lengthPenalty, alpha, coverage, start, end, maxLength, minLength, prefixes, blockNgrams, suppress, sources, sourceLengths, weights, stepsPerReadback but is not one of them. Did you mean beam?]`,
      );
      await expect(
        greedySearch(step, stateOf(sources), { ...common, ...loose({ beam: 3 }) }),
      ).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: greedySearch: options.beam should be one of start, end, maxLength, minLength, prefixes, blockNgrams, suppress, sources, sourceLengths, weights, stepsPerReadback but is not one of them.]`,
      );
      await expect(
        sampleSequences(step, stateOf(sources), { ...common, ...loose({ top_k: 3 }) }),
      ).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: sampleSequences: options.top_k should be one of samples, seed, rng, temperature, topK, topP, start, end, maxLength, minLength, prefixes, blockNgrams, suppress, sources, sourceLengths, weights, stepsPerReadback but is not one of them. Did you mean topK?]`,
      );
      expect(() => specialTokens({ startId: 0, endId: 1 }, loose({ unk: false }))).toThrowErrorMatchingInlineSnapshot(
        `[ValueError: specialTokens: options.unk should be one of unknown but is not one of them.]`,
      );
      expect(() => specialTokens(undefined as never)).toThrowErrorMatchingInlineSnapshot(
        `[ValueError: specialTokens: the vocabulary should be one with entries for start and end but is without start and end. Make it with { start: true, end: true }, and train with targets between the two.]`,
      );
    });

    test("lengths", async () => {
      await expect(search({ minLength: 5 })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: minLength should be at most maxLength = 4 but is 5. Raise maxLength or lower minLength; neither counts the end token.]`,
      );
      await expect(search({ maxLength: 0 })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: maxLength should be a whole number from 1 but is 0.]`,
      );
      await expect(search({ maxLength: [3] })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ShapeError: beamSearch: maxLength should be 2, one for each source but is 1.]`,
      );
      await expect(search({ sourceLengths: [3, 0] })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: sourceLengths[1] should be a positive whole number but is 0. An empty source says nothing: leave it out, or give it an end token of its own.]`,
      );
      await expect(search({ stepsPerReadback: 4 })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: stepsPerReadback should be a whole number from 8 to 256 but is 4.]`,
      );
      await expect(search({ blockNgrams: 0 })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: blockNgrams should be a whole number from 1 to 64 but is 0.]`,
      );
    });

    test("tokens", async () => {
      await expect(search({ end: V + 3 })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: end should be a token from 0 to 4 but is 8. Make the vocabulary with this token, and the model's output as large as the vocabulary.]`,
      );
      await expect(search({ end: -1 })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: end, a token, should be a whole number from 0 to 16777215 but is -1.]`,
      );
      await expect(search({ suppress: [0] })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: suppress should be without the end token but is with it. Without it no sequence could end: use minLength to keep sequences going.]`,
      );
      await expect(search({ suppress: [V] })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: suppress should be a token from 0 to 4 but is 5. Make the vocabulary with this token, and the model's output as large as the vocabulary.]`,
      );
      await expect(search({ prefixes: [[1], [2, 0]] })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: prefixes[1] should be without the end token but is with it, 0.]`,
      );
      await expect(search({ prefixes: [[1, 1, 1, 1, 1], []] })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: prefixes[0] should be of at most maxLength = 4 tokens but is of 5.]`,
      );
      await expect(search({ prefixes: [[1]] })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ShapeError: beamSearch: prefixes should be 2, one for each source but is 1.]`,
      );
    });

    test("penalties", async () => {
      await expect(search({ alpha: 0.5 })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: alpha should be absent without a length penalty but is 0.5. Pass lengthPenalty: "wu" or "average" beside it.]`,
      );
      await expect(search({ lengthPenalty: "wu", alpha: -1 })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: alpha should be a finite number from 0 but is -1.]`,
      );
      await expect(search({ coverage: Number.NaN })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: coverage should be a finite number from 0 but is NaN.]`,
      );
    });

    test("samples", async () => {
      const draw = (options: object) => sampleSequences(step, stateOf(sources), { ...common, ...options });
      await expect(draw({ seed: 1, rng: random(1) })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: sampleSequences: the options should be seed or rng but is both.]`,
      );
      await expect(draw({ samples: 0 })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: sampleSequences: samples should be a whole number from 1 but is 0.]`,
      );
      await expect(draw({ temperature: 0 })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: sampleSequences: temperature should be a finite number above 0 but is 0. For the most probable each time take argmax, or greedy: true.]`,
      );
    });

    test("a vocabulary without start or end", () => {
      expect(() => specialTokens({ startId: 1 })).toThrowErrorMatchingInlineSnapshot(
        `[ValueError: specialTokens: the vocabulary should be one with entries for start and end but is without end. Make it with { start: true, end: true }, and train with targets between the two.]`,
      );
      expect(() => specialTokens({ padId: 0 })).toThrowErrorMatchingInlineSnapshot(
        `[ValueError: specialTokens: the vocabulary should be one with entries for start and end but is without start and end. Make it with { start: true, end: true }, and train with targets between the two.]`,
      );
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

    test("a model for its step, a source for a state, models for their steps", async () => {
      const encoder = encoderOf("gru");
      const model = new EncoderDecoder(encoder, plainOf(encoder, "gru"), { startId: 0, endId: 1 });
      const source = tokensOf(2, 3, SIZES.V, 1);
      const options = { start: 0, end: 1, maxLength: 4 };
      await expect(beamSearch(model as never, source, options)).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: step should be a function but is [object Object]. Pass model.step, model.start(source).]`,
      );
      await expect(beamSearch(model.step, source as never, options)).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: PlainDecoder.step: state should be what start gave, or the step before but is something else.]`,
      );
      await expect(
        beamSearch(model.step, model.encode(source) as never, options),
      ).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: PlainDecoder.step: state should be what start gave, or the step before but is something else.]`,
      );
      expect(() => ensemble([model, model] as never)).toThrowErrorMatchingInlineSnapshot(
        `[ValueError: ensemble: steps should be a list of functions but is something else. Of models pass their steps: [a.step, b.step].]`,
      );
    });

    test("a step that returns nothing, or waits", async () => {
      const nothing = () => undefined as never;
      const late = (async (state: unknown, tokens: Tensor) => ({
        logits: plain(tokens),
        state,
      })) as unknown as typeof step;
      await expect(run(nothing, stateOf(sources))).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: step's result should be a record with logits or with logProbabilities but is undefined. Return { logits, state } from step, which waits for nothing.]`,
      );
      await expect(run(late, stateOf(sources))).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: step's result should be a record with logits or with logProbabilities but is a Promise. Return { logits, state } from step, which waits for nothing.]`,
      );
      const both = run(ensemble([step, nothing]), [stateOf(sources), stateOf(sources)]);
      await expect(both).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: ensemble: step's result should be a record with logits or with logProbabilities but is undefined. Return { logits, state } from step, which waits for nothing.]`,
      );
    });

    test("no sources", async () => {
      const none = { node: tensor(new Uint32Array(0)) };
      await expect(beamSearch(step, none, common)).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: sources should be at least one but is 0.]`,
      );
      await expect(
        run((state: null, tokens) => ({ logits: plain(tokens), state }), null),
      ).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: sources should be the number of sources but is absent. The state has no tensor whose rows could be counted.]`,
      );
      await expect(search({ sources: 3 })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ShapeError: beamSearch: the state should be of 3 rows but is of 2.]`,
      );
    });

    test("rows that are not the tokens'", async () => {
      const two = { a: tensor(new Float32Array(2)), b: tensor(new Float32Array(3)) };
      await expect(
        run((state: typeof two, tokens) => ({ logits: plain(tokens), state }), two),
      ).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ShapeError: beamSearch: the state, tensor 1, should be of 2 rows but is [3]. Its first axis is that of the sources; search repeats it for the beams.]`,
      );
      const state = stateOf(sources);
      const shorter: SearchStep<typeof state> = (_, tokens) => ({ logits: plain(tokens), state: stateOf(1) });
      await expect(run(shorter, state)).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ShapeError: beamSearch: the state that step returned, tensor 0, should be of 10 rows but is [1]. Its first axis is that of the tokens.]`,
      );
      const cube: SearchStep<typeof state> = (s, tokens) => ({
        logits: reshape(plain(tokens), [tokens.size, 1, V]),
        state: s,
      });
      await expect(run(cube, state)).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ShapeError: beamSearch: step's logits should be [10, V], a row for each token but is [10, 1, 5]. Take the one step's axis away with reshape(logits, [tokens.size, V]) where a layer left it.]`,
      );
    });

    test("scores that are none, or two", async () => {
      const state = stateOf(sources);
      await expect(run((s) => ({ state: s }), state)).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: step's result should be a record with logits or with logProbabilities but is one with neither. Return { logits, state } for scores, { logProbabilities, state } for what is normalised already.]`,
      );
      const double: SearchStep<typeof state> = (s, tokens) => ({
        logits: plain(tokens),
        logProbabilities: plain(tokens),
        state: s,
      });
      await expect(run(double, state)).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: step's result should be a record with logits or with logProbabilities but is one with both. Return { logits, state } for scores, { logProbabilities, state } for what is normalised already.]`,
      );
    });

    test("attention weights that are not there, or not of this shape", async () => {
      const state = stateOf(sources);
      const without: SearchStep<typeof state> = (s, tokens) => ({ logits: plain(tokens), state: s });
      await expect(run(without, state, { coverage: 0.2 })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: step's weights should be attention weights [R, S], which a coverage penalty and weights: true need but is absent. Return { logits, state, weights } from step, or leave coverage and weights out.]`,
      );
      await expect(run(without, state, { weights: true })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: step's weights should be attention weights [R, S], which a coverage penalty and weights: true need but is absent. Return { logits, state, weights } from step, or leave coverage and weights out.]`,
      );
      const encoder = encoderOf("gru");
      const model = new EncoderDecoder(encoder, plainOf(encoder, "gru"), { startId: 0, endId: 1 });
      const options = { start: 0, end: 1, maxLength: 4, coverage: 0.2 };
      const start = model.start(tokensOf(2, 3, SIZES.V, 1));
      await expect(beamSearch(model.step, start, options)).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: beamSearch: step's weights should be attention weights [R, S], which a coverage penalty and weights: true need but is absent. Return { logits, state, weights } from step, or leave coverage and weights out.]`,
      );
      const heads: SearchStep<typeof state> = (s, tokens) => {
        const weights = reshape(concat([plain(tokens), plain(tokens)], 1), [tokens.size, 2, V]);
        return { logits: plain(tokens), state: s, weights };
      };
      await expect(run(heads, state, { weights: true })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ShapeError: beamSearch: step's weights should be [10, S] but is [10, 2, 5]. Of several heads take the mean.]`,
      );
    });
  });
});
