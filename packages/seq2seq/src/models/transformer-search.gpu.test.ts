import { logSoftmax, random, type Tensor, tensor } from "@unroll/nn";
import { describe, expect, test } from "vitest";
import type { SelfAttentionState } from "../decoders";
import { beamSearch, ensemble, greedySearch, sampleSequences } from "../search";
import { SIZES, tokensOf, transformerOf } from "../test-support/batches";
import { useTestDevice } from "../test-support/device";
import { EncoderDecoder } from "./encoder-decoder";

const gpu = useTestDevice();
const { V, B, S } = SIZES;
const LENGTHS = [5, 3, 1];
const [START, END] = [0, 1];
type Model = EncoderDecoder<SelfAttentionState>;

const sourceIds = Uint32Array.from(random(4).uniform(B * S, 0, V), Math.floor);
const source = tensor(sourceIds, { shape: [B, S] });
const startOf = (model: Model) => model.start(source, { lengths: LENGTHS });

/** ln of the probability of the end or any token after each beginning, by teacher forcing: [rows][T][V]. */
async function logProbabilities(model: Model, sequences: readonly (readonly number[])[]): Promise<Float32Array[]> {
  const T = sequences[0]?.length ?? 0;
  const rows = sequences.flatMap((tokens) => new Array<readonly number[]>(B).fill(tokens));
  const target = tensor(Uint32Array.from(rows.flat()), { shape: [rows.length, T] });
  const sources = tensor(Uint32Array.from(sequences.flatMap(() => [...sourceIds])), { shape: [rows.length, S] });
  const lengths = sequences.flatMap(() => LENGTHS);
  const logits = model.forward({ source: sources, sourceLengths: lengths, target });
  const all = await logSoftmax(logits).data();
  const size = T * model.decoder.vocabularySize;
  return rows.map((_, row) => Float32Array.from(all.subarray(row * size, (row + 1) * size)));
}

describe("on a vocabulary of two words", () => {
  // tokens: start, end and two words; all 15 sequences of up to 3 words
  const MOST = 3;
  const words = [2, 3];
  const sequences: number[][] = [[]];
  for (const beginning of sequences) {
    if (beginning.length < MOST) sequences.push(...words.map((word) => [...beginning, word]));
  }
  const tiny = (seed: number): Model => {
    const encoder = transformerOf({ seed }).model.encoder;
    return new EncoderDecoder(encoder, transformerOf({ V: 4, seed }).decoder, { startId: START, endId: END });
  };
  const options = { start: START, end: END, maxLength: MOST, suppress: [START] };

  /** All sequences of each source, the likeliest first. */
  async function exhaustive(models: readonly Model[]) {
    const filled = sequences.map((tokens) => [...tokens, ...new Array<number>(MOST + 1 - tokens.length).fill(END)]);
    const said = await Promise.all(models.map((model) => logProbabilities(model, filled)));
    return Array.from({ length: B }, (_, b) =>
      sequences
        .map((tokens, k) => {
          const all = [...tokens, END];
          const logs = all.map((token, t) => {
            const of = said.map((each) => (each[k * B + b] as Float32Array)[t * 4 + token] as number);
            return Math.log(of.reduce((total, x) => total + Math.exp(x), 0) / of.length);
          });
          return { tokens, logProbability: logs.reduce((x, y) => x + y, 0) };
        })
        .sort((x, y) => y.logProbability - x.logProbability),
    );
  }

  test.each([1, 5])(
    "a beam as wide as all sequences finds them all, in the order of their probability: seed %i",
    async (seed) => {
      const model = tiny(seed);
      const found = await beamSearch(model.step, startOf(model), { ...options, beam: 15, nBest: 15 });
      const wanted = await exhaustive([model]);
      expect(found.map((list) => list.map(({ tokens }) => tokens))).toEqual(
        wanted.map((list) => list.map(({ tokens }) => tokens)),
      );
      for (const [b, list] of found.entries()) {
        for (const [k, { logProbability }] of list.entries()) {
          // logits are the same bits; four logarithms of a softmax of four, each off by a few ulp of numbers below 8
          expect(Math.abs(logProbability - (wanted[b]?.[k]?.logProbability as number))).toBeLessThan(
            4 * 16 * 8 * 2 ** -24,
          );
        }
      }
    },
  );

  test("so it does of two models together", async () => {
    const models = [tiny(1), tiny(5)];
    const step = ensemble(models.map((model) => model.step));
    const found = await beamSearch(step, models.map(startOf), { ...options, beam: 15, nBest: 15, weights: true });
    const wanted = await exhaustive(models);
    expect(found.map((list) => list.map(({ tokens }) => tokens))).toEqual(
      wanted.map((list) => list.map(({ tokens }) => tokens)),
    );
    expect(found[0]?.[0]?.weights?.shape[1]).toBe(S);
  });
});

test("greedy search, past where the cache grows, makes what full passes make", async () => {
  const { model } = transformerOf({ positions: "rotary" });
  const MOST = 37;
  const [first] = await greedySearch(model.step, startOf(model), {
    start: START,
    end: END,
    maxLength: MOST,
    minLength: MOST,
  });
  const made = first?.tokens ?? [];
  expect(made).toHaveLength(MOST);
  const target = tensor(Uint32Array.from([...made, END]), { shape: [1, MOST + 1] });
  const logits = await model
    .forward({ source: tensor(sourceIds.slice(0, S), { shape: [1, S] }), sourceLengths: [5], target })
    .data();
  for (const [t, token] of made.entries()) {
    const row = Array.from(logits.subarray(t * V, (t + 1) * V));
    row[END] = Number.NEGATIVE_INFINITY; // not before the least length
    expect(row.indexOf(Math.max(...row))).toBe(token);
  }
});

test("draws samples, and covers the source", async () => {
  const { model } = transformerOf();
  const options = { start: START, end: END, maxLength: 9 };
  const drawn = await sampleSequences(model.step, startOf(model), { ...options, samples: 3, seed: 2, topK: 5 });
  expect(drawn.map((list) => list.length)).toEqual([3, 3, 3]);
  expect(await sampleSequences(model.step, startOf(model), { ...options, samples: 3, seed: 2, topK: 5 })).toEqual(
    drawn,
  );
  const penalty = { ...options, beam: 3, coverage: 0.4, sourceLengths: LENGTHS, weights: true };
  const covered = await beamSearch(model.step, startOf(model), penalty);
  for (const [b, [best]] of covered.entries()) {
    const { data = new Float32Array(), shape = [0, 0] } = best?.weights ?? {};
    expect(shape).toEqual([best?.length, LENGTHS[b]]);
    for (let t = 0; t < shape[0]; t++) {
      const row = data.subarray(t * shape[1], (t + 1) * shape[1]);
      expect(row.reduce((x, y) => x + y, 0)).toBeCloseTo(1, 5);
    }
  }
  // a source of one place is covered by any token
  const lost = covered.map(([best]) => (best?.logProbability as number) - (best?.score as number));
  expect(lost[0]).toBeGreaterThan(0);
  expect(lost[2]).toBeCloseTo(0, 4);
});

test.each([
  { maxLength: 7, readbacks: 1 },
  { maxLength: 23, readbacks: 3 },
])("search waits once for 8 tokens and compiles nothing anew: $maxLength", async ({ maxLength, readbacks }) => {
  const { model } = transformerOf();
  const search = () =>
    beamSearch(model.step, startOf(model), { start: START, end: END, beam: 4, maxLength, minLength: maxLength });
  await search();
  const before = gpu.device.counters.snapshot();
  await search();
  const counted = gpu.device.counters.since(before);
  expect(counted.readbacks).toBeLessThanOrEqual(readbacks);
  // a readback is a submission too, and so is what the state is made ready with
  expect(counted.submissions).toBeLessThanOrEqual(2 * readbacks + 1);
  expect(counted.pipelines).toBe(0);
});

describe("a table of 12 places", () => {
  const { model } = transformerOf({ positions: "learned", maxLength: 12 });
  const search = (maxLength: number, steps: Model["step"] = model.step, state: unknown = startOf(model)) =>
    beamSearch(steps, state as SelfAttentionState, {
      start: START,
      end: END,
      beam: 2,
      maxLength,
      minLength: maxLength,
    });

  test("serves sequences of 11 tokens after the start, and no step is taken past it", async () => {
    const found = await search(11);
    expect(found.map(([best]) => best?.tokens.length)).toEqual([11, 11, 11]);
  });

  test("does not serve longer ones, and says so", async () => {
    await expect(search(12)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: beamSearch: maxLength should be at most 11, since the model has places for 12 tokens, the start counted but is 12. Lower it, or build the decoder with a greater maxLength.]`,
    );
    const other = transformerOf({ seed: 5 }).model;
    await expect(
      beamSearch(ensemble([model.step, other.step]), [startOf(model), startOf(other)], {
        ...{ start: START, end: END, beam: 2, maxLength: 12 },
      }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: beamSearch: maxLength should be at most 11, since the model has places for 12 tokens, the start counted but is 12. Lower it, or build the decoder with a greater maxLength.]`,
    );
    let state = startOf(model);
    const token: Tensor = tensor(new Uint32Array(B));
    for (let t = 0; t < 12; t++) state = model.step(state, token).state;
    expect(() => model.step(state, token)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: SelfAttentionDecoder: the target should be of at most 12 steps, the start counted but is 13. Shorten it, or build the decoder with a greater maxLength.]`,
    );
    expect(() => model.decoder.decode(startOf(model), tokensOf(B, 13, V, 1))).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: SelfAttentionDecoder: the target should be of at most 12 steps, the start counted but is 13. Shorten it, or build the decoder with a greater maxLength.]`,
    );
    expect(() => model.start(tokensOf(B, 13, V, 1))).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: SelfAttentionEncoder.encode: source should be of at most 12 steps but is 13. Shorten it, or build the encoder with a greater maxLength.]`,
    );
    expect(() => model.start(tokensOf(B, 13, V, 1), { lengths: [12, 3, 2] })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: LearnedPositions.forward: the sequence should be at most 12 steps long, as the table of positions is but is 13 steps long. Cut it shorter, build the layer with more places, or use SinusoidalPositions, RotaryPositions or alibi.]`,
    );
  });
});
