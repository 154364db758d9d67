import { booleanMask, SinusoidalPositions, sinusoidalTable } from "@unroll/attention";
import {
  Adam,
  add,
  evaluate,
  grad,
  linear,
  mul,
  random,
  reshape,
  slice,
  square,
  sum,
  type Tensor,
  tensor,
} from "@unroll/nn";
import { expectClose, learn } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { SelfAttentionDecoder } from "../decoders";
import { RecurrentEncoder, SelfAttentionEncoder, type SelfAttentionOptions } from "../encoders";
import { bahdanauOf, encoderOf, SIZES, SMALL, tokensOf, transformerOf } from "../test-support/batches";
import { useTestDevice } from "../test-support/device";
import { withHalves } from "../test-support/halves";
import { EncoderDecoder, type PairBatch } from "./encoder-decoder";

const gpu = useTestDevice();
const { V, B, S, T } = SIZES;
const SOURCES = [5, 3, 1];
const TARGETS = [4, 2, 3];

/** Rows of tokens with their end last, padded to a width with a token. */
function padded(rows: readonly (readonly number[])[], width: number, filling: number): Tensor {
  const all = rows.flatMap((row) => [...row, ...new Array<number>(width - row.length).fill(filling)]);
  return tensor(Uint32Array.from(all), { shape: [rows.length, width] });
}

const rowsOf = (lengths: readonly number[], seed: number): number[][] =>
  lengths.map((length, b) => Array.from(random(seed + b).uniform(length, 2, V), Math.floor));

function batchOf({ width = S as number, steps = T as number, filling = 1 } = {}): PairBatch {
  const targets = rowsOf(TARGETS, 20).map((row) => [...row.slice(1), 1]);
  return {
    source: padded(rowsOf(SOURCES, 10), width, filling),
    sourceLengths: SOURCES,
    target: padded(targets, steps, filling),
    targetLengths: TARGETS,
  };
}

const KINDS: readonly { why: string; options: Partial<SelfAttentionOptions> & { tied?: boolean } }[] = [
  { why: "as published, but pre-norm", options: {} },
  { why: "post-norm, tied", options: { norm: "post", tied: true } },
  { why: "learned positions, grouped heads", options: { positions: "learned", maxLength: 16, keyHeads: 1 } },
  { why: "alibi, gelu, no biases", options: { positions: "alibi", activation: "gelu", bias: false } },
];

const bits = (values: ArrayLike<number>): number[] => [...new Uint32Array(Float32Array.from(values).buffer)];

describe.each(KINDS)("a Transformer, $why,", ({ options }) => {
  test("says step by step the bits of what it says at once, of where it looks too", async () => {
    const { model, decoder } = transformerOf(options);
    const { source, target } = batchOf();
    const start = model.start(source, { lengths: SOURCES });
    const tokens = target;
    const atOnce = decoder.decode(start, tokens);
    expect(atOnce.headWeights.map(({ shape }) => shape)).toEqual([
      [B, 3, T, S],
      [B, 3, T, S],
    ]);
    const [logits, weights] = await Promise.all([atOnce.logits.data(), atOnce.weights.data()]);
    let state = start;
    for (let t = 0; t < T; t++) {
      const result = decoder.step(state, reshape(slice(tokens, 1, t, t + 1), [B]));
      state = result.state;
      const made = await result.logits.data();
      const looked = await result.weights.data();
      for (let b = 0; b < B; b++) {
        const at = (of: ArrayLike<number>, row: number, n: number) => bits(Array.from(of).slice(row * n, row * n + n));
        expect(at(made, b, V)).toEqual(at(logits, b * T + t, V));
        // softmax of the same scores, to how an elementwise kernel contracts: a few ulp of 1
        const of = (values: ArrayLike<number>, row: number) => Array.from(values).slice(row * S, row * S + S);
        expectClose("weights", of(looked, b), of(weights, b * T + t), { absolute: 8 * 2 ** -24 });
        expect(of(looked, b).slice(SOURCES[b])).toEqual(new Array(S - (SOURCES[b] as number)).fill(0));
      }
    }
    // and goes on from the state that the pass leaves
    const more = tokensOf(B, 2, V, 6);
    const [after, first] = [decoder.decode(atOnce.state, more), reshape(slice(more, 1, 0, 1), [B])];
    const one = await decoder.step(state, first).logits.data();
    const both = await after.logits.data();
    for (let b = 0; b < B; b++) {
      expect(bits(both.subarray(2 * b * V, (2 * b + 1) * V))).toEqual(bits(one.subarray(b * V, (b + 1) * V)));
    }
  });

  test("is changed in no bit by padding, of any width, nor are its gradients", async () => {
    const { model } = transformerOf({ ...options, ...(options.positions === "learned" ? { maxLength: 16 } : {}) });
    const data = async (batch: PairBatch): Promise<number[][]> => {
      const loss = model.loss(batch, { labelSmoothing: 0.1 });
      const gradients = grad(loss, model.parameters());
      await evaluate([loss, ...gradients]);
      return Promise.all([loss, ...gradients].map(async (each) => bits((await each.data()).map((x) => x + 0))));
    };
    const bare = await data(batchOf());
    expect(await data(batchOf({ filling: 7 }))).toEqual(bare);
    expect(await data(batchOf({ width: 9, steps: 7 }))).toEqual(bare);
  });

  test("learns in one submission a step that allocates nothing", async () => {
    const { model } = transformerOf({ ...options, dropout: 0.1 });
    const optimizer = new Adam(model.parameters(), { lr: 1e-2, clipNorm: 1 });
    const { counters } = gpu.device;
    model.eval();
    const first = await model.loss(batchOf()).item();
    const norms = grad(model.loss(batchOf()), model.parameters()).map((gradient) => sum(square(gradient)));
    await evaluate(norms); // all in one submission
    for (const [k, name] of [...model.namedParameters().keys()].entries()) {
      // a softmax does not change when all scores rise alike, as they do with a bias of the keys
      if (name.endsWith("key.bias")) continue;
      expect(await norms[k]?.item(), name).toBeGreaterThan(0);
    }
    model.train();
    let after = counters.snapshot();
    for (let step = 0; step < 20; step++) {
      if (step === 3) after = counters.snapshot();
      await learn(optimizer, model.loss(batchOf(), { labelSmoothing: 0.1 }));
    }
    const { buffers, bindGroups, pipelines, submissions } = counters.since(after);
    expect({ buffers, bindGroups, pipelines, submissions }).toEqual({
      ...{ buffers: 0, bindGroups: 0, pipelines: 0 },
      submissions: 17,
    });
    model.eval();
    expect(await model.loss(batchOf()).item()).toBeLessThan(0.7 * first);
    optimizer.dispose();
  });
});

test("reads √D times the vectors of tokens with sinusoids added, and makes logits of what the layers give", async () => {
  const { model, decoder } = transformerOf();
  const { source } = batchOf();
  const tokens = tokensOf(B, T, V, 5);
  const state = model.start(source);
  const { size } = SMALL;
  const table = tensor(sinusoidalTable(T, size), { shape: [1, T, size] });
  const x = add(mul(decoder.head.embedding.forward(tokens), Math.sqrt(size)), table);
  const causal = Uint32Array.from({ length: T * T }, (_, at) => (at % T <= Math.floor(at / T) ? 1 : 0));
  const mask = booleanMask(tensor(causal, { shape: [T, T] }));
  const { output } = decoder.stack.forward(x, model.encode(source).memory, { mask });
  const wanted = linear(output, decoder.head.out.weight, decoder.head.out.bias ?? undefined);
  const made = decoder.forward(state, tokens);
  // the same sums in the same order; elementwise kernels may contract differently, a few ulp of values below 4
  expectClose("logits", await made.data(), await wanted.data(), { absolute: 64 * 2 ** -24 });
  expect(decoder.placed.positions).toBeInstanceOf(SinusoidalPositions);
});

test("weights are the mean over the heads of the layer that was asked for", async () => {
  const [last, first] = [transformerOf(), transformerOf({ alignmentLayer: 0 })];
  const { source } = batchOf();
  const tokens = tokensOf(B, T, V, 5);
  for (const [{ model, decoder }, layer] of [
    [last, 1],
    [first, 0],
  ] as const) {
    const { weights, headWeights } = decoder.decode(model.start(source, { lengths: SOURCES }), tokens);
    const [mean, heads] = [await weights.data(), await (headWeights[layer] as Tensor).data()];
    const wanted = mean.map((_, at) => {
      const [b, place] = [Math.floor(at / (T * S)), at % (T * S)];
      return [0, 1, 2].reduce((total, n) => total + (heads[(b * 3 + n) * T * S + place] as number) / 3, 0);
    });
    expectClose("mean", mean, wanted, { absolute: 4 * 2 ** -24 });
  }
});

test("a coverage loss is made of its weights, and its gradient reaches them", async () => {
  const { model } = transformerOf();
  const [bare, covered] = [model.loss(batchOf()), model.loss(batchOf(), { coverage: 2 })];
  expect(await covered.item()).toBeGreaterThan(await bare.item());
  const query = [...model.namedParameters()].find(([name]) => name.endsWith("layers.1.crossAttention.query.weight"));
  const of = [query?.[1] as Tensor];
  const [plain, with_] = [grad(bare, of)[0] as Tensor, grad(covered, of)[0] as Tensor];
  expect(await with_.data()).not.toEqual(await plain.data());
});

test("features are projected, and either half goes with a recurrent one", async () => {
  const rng = random(3);
  const frames = tensor(random(4).normal(B * S * 5), { shape: [B, S, 5] });
  const { size, ...sizes } = SMALL;
  const encoder = new SelfAttentionEncoder(size, { ...sizes, inputSize: 5, rng });
  const over = new SelfAttentionDecoder({ ...SMALL, encoder: encoderOf("lstm"), vocabularySize: V, rng });
  const ids = { startId: 0, endId: 1 };
  const models: EncoderDecoder<unknown>[] = [
    new EncoderDecoder<unknown>(encoder, new SelfAttentionDecoder({ ...SMALL, encoder, vocabularySize: V, rng }), ids),
    new EncoderDecoder<unknown>(encoderOf("lstm"), over, ids),
    new EncoderDecoder<unknown>(
      transformerOf().model.encoder,
      bahdanauOf(transformerOf().model.encoder, { cell: "gru", bridge: "zero" }),
      ids,
    ),
  ];
  for (const [k, model] of models.entries()) {
    const optimizer = new Adam(model.parameters(), { lr: 1e-2 });
    const batch = { ...batchOf(), ...(k === 0 ? { source: frames } : {}) };
    const before = await model.loss(batch).item();
    for (let step = 0; step < 10; step++) await optimizer.minimize(model.loss(batch));
    expect(await model.loss(batch).item()).toBeLessThan(0.9 * before);
    optimizer.dispose();
  }
  expect(encoder.input.embedding).toBeNull();
  expect(new RecurrentEncoder(4, { inputSize: 5 }).input.embedding).toBeNull();
});

test.each(["sinusoidal", "learned", "rotary", "alibi"] as const)(
  "computes in halves where the device has them: %s",
  async (positions) => {
    const wanted = await transformerOf({ positions }).model.loss(batchOf()).item();
    const { model } = transformerOf({ positions });
    model.half();
    await withHalves(gpu.device, async () => {
      // weights and activations of 11 bits, in a loss near ln V whose sums have a few dozen terms
      expect(Math.abs((await model.loss(batchOf()).item()) - wanted)).toBeLessThan(0.02);
      const { logits } = model.step(model.start(batchOf().source), tensor(new Uint32Array(B)));
      expect((await logits.data()).every(Number.isFinite)).toBe(true);
      if (positions !== "sinusoidal") return; // they differ in what is read alone
      const optimizer = new Adam(model.parameters(), { lr: 1e-2 });
      for (let step = 0; step < 10; step++) await optimizer.minimize(model.loss(batchOf()));
      expect(await model.loss(batchOf()).item()).toBeLessThan(wanted);
      optimizer.dispose();
    });
  },
);
