import { expectClose, type Float64Tensor, normal, uniform } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { runKernel } from "../core";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { additiveAttention, additiveAttentionBackward, additiveQueryGradient, additiveScores } from "./additive";
import { additiveKeyGradients, attentionVectorGradient } from "./additive-gradients";
import {
  type AttentionInputs,
  attentionBackwardReference,
  attentionReference,
  attentionScores,
  monotonicBackwardReference,
  monotonicReference,
} from "./attention.reference";
import { attentionScoreGradient } from "./context-gradients";
import { dotAttention, dotAttentionBackward } from "./dot";
import { monotonicAlignment, monotonicAlignmentBackward } from "./monotonic";

const gpu = useTestDevice();
const ε = 2 ** -24;

const SIZES = [
  { B: 1, T: 1, S: 1, A: 1, D: 1, F: 0, why: "smallest" },
  { B: 3, T: 1, S: 7, A: 17, D: 5, F: 0, why: "a multiple of no tile", lengths: [7, 0, 3] },
  { B: 2, T: 3, S: 131, A: 68, D: 132, F: 0, why: "more positions than lanes, several queries", lengths: [131, 129] },
  { B: 2, T: 2, S: 9, A: 20, D: 8, F: 1, why: "a feature of each position", lengths: [9, 4] },
  { B: 2, T: 1, S: 130, A: 5, D: 3, F: 3, why: "features, more positions than lanes", lengths: [2, 130] },
];
type Size = (typeof SIZES)[number];

function makeCase(size: Size, isAdditive: boolean) {
  const { B, T, S, A, D, F, lengths } = size;
  const inputs: AttentionInputs = {
    query: normal([B, T, A], { seed: 1 }),
    keys: normal([B, S, A], { seed: 2 }),
    memory: normal([B, S, D], { seed: 3 }),
    ...(isAdditive ? { vector: normal([1 + F, A], { seed: 4, scale: 0.5 }) } : {}),
    ...(isAdditive && F > 0 ? { features: uniform([B, T, S, F], { seed: 5 }) } : {}),
  };
  const scale = isAdditive ? 1 : Math.fround(1 / Math.sqrt(A));
  const call = { size: { ...size, F: isAdditive ? F : 0 }, scale, ...(lengths ? { lengths } : {}) };
  const d = { context: normal([B, T, D], { seed: 6 }), weights: normal([B, T, S], { seed: 7 }) };
  const given = Object.fromEntries(Object.entries(inputs).map(([name, { data }]) => [name, data]));
  return { inputs, call, d, given: { ...given, ...(lengths ? { lengths } : {}) } };
}

const largest = ({ data }: Float64Tensor): number => data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/**
 * Bounds, in ε of f32. A score is Σ_a of A terms of size t: each is off by 16 of tanhSafe and 3 + F roundings, so by 20 + F
 * of t, and their sum by A/16 + 16 additions of sums up to A·t. So a score is off by δ = A·t·(36 + F + A/16)·ε, a weight by
 * 2δ and expSafe's 3 + 2·|e| ulp relative, |e| ≤ 2·max |e|; whatever weights make is off by as much of its own size.
 */
function bounds({ S, A, D, F }: Size, inputs: AttentionInputs, scores: Float64Tensor) {
  const v = inputs.vector ? largest(inputs.vector) : 1;
  const terms = inputs.vector ? A * v : A * largest(inputs.query) * largest(inputs.keys);
  const score = terms * (36 + F + A / 16) * ε;
  const weight = 2 * score + (2 * (3 + 4 * largest(scores)) + S / 128 + 128 + 4) * ε;
  const memory = largest(inputs.memory);
  const context = memory * (weight + (S + 1) * ε);
  return {
    score,
    weight,
    context,
    dScore: (d: number) => 4 * d * memory * D * (weight + (D / 16 + 20 + S / 128 + 128) * ε),
  };
}

describe.each(SIZES)("additive [$B, $T, $S], A $A, D $D, F $F: $why", (size) => {
  const { B, T, S, A, D, F } = size;
  const { inputs, call, d, given } = makeCase(size, true);
  const scores = attentionScores(inputs, call);
  const expected = attentionReference(inputs, call);
  const bound = bounds(size, inputs, scores);
  const dims = { B, T, S, A, D, F };
  const options = { keyFours: A % 4 === 0, memoryFours: D % 4 === 0 };
  const { memory: _, lengths: __, ...ofScores } = given as Record<string, Float64Array>;

  test("forward", async () => {
    const check = { dims, options, inputs: given };
    await checkKernel(gpu.device, additiveAttention, {
      ...check,
      expected: { weights: expected.weights.data, context: expected.context.data },
      tolerance: { absolute: Math.max(bound.weight, bound.context) },
    });
    await checkKernel(gpu.device, additiveScores, {
      dims: { B, T, S, A, F },
      options,
      inputs: ofScores,
      expected: { scores: scores.data },
      tolerance: { absolute: bound.score },
    });
  });

  test("backward", async () => {
    const wanted = attentionBackwardReference(inputs, d, call);
    const dScores = Float64Array.from(wanted.dScores.data, Math.fround);
    const weights = expected.weights.data;
    const { query, keys, vector, memory } = given as Record<string, Float64Array>;
    const each = bound.dScore(Math.max(largest(d.context), largest(d.weights)));
    await checkKernel(gpu.device, attentionScoreGradient, {
      dims: { B, T, S, D },
      options,
      inputs: { memory, weights, dContext: d.context.data, dWeights: d.weights.data } as Record<string, Float64Array>,
      expected: { dScores: wanted.dScores.data },
      tolerance: { absolute: each },
    });
    // the slope 1 − h² is off by 2·(20 + F) of tanh's own error, and S or T additions follow
    const e = largest(wanted.dScores);
    const v = largest(inputs.vector as Float64Tensor);
    const slope = (2 * (20 + F) + 4) * ε;
    await checkKernel(gpu.device, additiveQueryGradient, {
      dims: { B, T, S, A, F },
      options,
      inputs: { ...ofScores, dScores },
      outputs: F > 0 ? ["dFeatures"] : [],
      expected: { dQuery: wanted.query.data, ...(F > 0 ? { dFeatures: wanted.features.data } : {}) },
      tolerance: { absolute: e * v * Math.max(S * (slope + S * ε), v * A * (slope + (A / 16 + 20) * ε)) },
    });
    const { dVectors } = await runKernel(gpu.device, additiveKeyGradients, {
      dims: { B, T, S, A, F },
      options,
      inputs: Object.fromEntries(
        Object.entries({ ...ofScores, dScores }).map(([name, values]) => [name, Float32Array.from(values)]),
      ),
    });
    await checkKernel(gpu.device, additiveKeyGradients, {
      dims: { B, T, S, A, F },
      options,
      inputs: { ...ofScores, dScores },
      expected: { dKeys: wanted.keys.data },
      tolerance: { absolute: e * v * T * (slope + T * ε) },
    });
    await checkKernel(gpu.device, attentionVectorGradient, {
      dims: { B, S, V: A * (1 + F) },
      inputs: { parts: dVectors ?? [] },
      expected: { total: wanted.vector.data },
      tolerance: { absolute: e * Math.max(1, v) * B * T * S * (slope + (B * S + T) * ε) },
    });
    if (F > 0) return;
    const alone = attentionBackwardReference(inputs, { context: d.context }, call);
    await checkKernel(gpu.device, additiveAttentionBackward, {
      dims,
      options,
      inputs: { query, keys, vector, memory, weights, dContext: d.context.data } as Record<string, Float64Array>,
      expected: { dScores: alone.dScores.data, dQuery: alone.query.data },
      tolerance: { absolute: Math.max(each, v * S * (each + e * (slope + S * ε))) },
    });
  });
});

describe.each(SIZES)("products [$B, $T, $S], A $A, D $D: $why", (size) => {
  const { B, T, S, A, D } = size;
  const { inputs, call, d, given } = makeCase(size, false);
  const { scale } = call;
  const expected = attentionReference(inputs, call);
  const bound = bounds(size, inputs, attentionScores(inputs, call));
  const dims = { B, T, S, A, D };
  const options = { keyFours: A % 4 === 0, memoryFours: D % 4 === 0 };

  test("forward", async () => {
    await checkKernel(gpu.device, dotAttention, {
      dims,
      options,
      scalars: { scale },
      inputs: given,
      expected: { weights: expected.weights.data, context: expected.context.data },
      tolerance: { absolute: Math.max(bound.weight, bound.context) },
    });
  });

  test.each([
    { why: "of the context", of: { context: d.context } },
    { why: "of the weights", of: { weights: d.weights } },
    { why: "of both", of: d },
  ])("backward $why", async ({ of }: { of: Partial<typeof d> }) => {
    const wanted = attentionBackwardReference(inputs, of, call);
    const each = bound.dScore(Math.max(largest(d.context), largest(d.weights)));
    const k = scale * largest(inputs.keys);
    await checkKernel(gpu.device, dotAttentionBackward, {
      dims,
      options,
      scalars: { scale },
      inputs: {
        keys: inputs.keys.data,
        memory: inputs.memory.data,
        weights: expected.weights.data,
        ...(of.context ? { dContext: of.context.data } : {}),
        ...(of.weights ? { dWeights: of.weights.data } : {}),
      },
      expected: { dScores: wanted.dScores.data, dQuery: wanted.query.data },
      tolerance: { absolute: Math.max(each, k * S * (each + largest(wanted.dScores) * (S + 2) * ε)) },
    });
  });
});

describe("monotonic alignment", () => {
  test.each([
    { B: 1, T: 1, S: 1, why: "smallest" },
    { B: 67, T: 3, S: 37, why: "a multiple of no tile" },
  ])("[$B, $T, $S]: $why", async ({ B, T, S }) => {
    const p = uniform([B, T, S], { seed: 1 });
    const previous = uniform([B, S], { seed: 2, high: 1 / S });
    const { weights, reached } = monotonicReference({ p, previous });
    // probabilities of at most 1, three roundings a position and query
    const absolute = 4 * S * T * ε;
    await checkKernel(gpu.device, monotonicAlignment, {
      dims: { B, T, S },
      inputs: { p: p.data, previous: previous.data },
      expected: { reached: reached.data, weights: weights.data },
      tolerance: { absolute },
    });
    const dWeights = normal([B, T, S], { seed: 3 });
    const wanted = monotonicBackwardReference({ p, previous }, dWeights);
    await checkKernel(gpu.device, monotonicAlignmentBackward, {
      dims: { B, T, S },
      inputs: { p: p.data, reached: reached.data, dWeights: dWeights.data },
      expected: { dP: wanted.p.data, dPrevious: wanted.previous.data },
      tolerance: { absolute: 4 * T * largest(dWeights) * absolute },
    });
  });
});

test("scores far apart stay finite, and the highest takes all", async () => {
  const { weights, context } = await runKernel(gpu.device, dotAttention, {
    dims: { B: 1, T: 1, S: 3, A: 1, D: 1 },
    scalars: { scale: 1 },
    inputs: {
      query: Float32Array.of(1e4),
      keys: Float32Array.of(-1e4, 1e4, 0),
      memory: Float32Array.of(5, 7, 9),
    },
  });
  expectClose("weights", weights ?? [], [0, 1, 0], { absolute: 1e-30 });
  expectClose("context", context ?? [], [7], { absolute: 1e-30 });
});

test("rows of whole fours give the bits that they give read one by one", async () => {
  const size = { B: 2, T: 2, S: 9, A: 20, D: 8, F: 1 };
  const { given } = makeCase({ ...size, why: "" }, true);
  const inputs = Object.fromEntries(Object.entries(given).map(([name, values]) => [name, Float32Array.from(values)]));
  const { query, keys, vector, features } = inputs;
  const run = async (isWhole: boolean) => {
    const options = { keyFours: isWhole, memoryFours: isWhole };
    const forward = await runKernel(gpu.device, additiveAttention, { dims: size, options, inputs });
    const { D: _, ...dims } = size;
    const dScores = Float32Array.from(forward.weights ?? []);
    const shared = {
      dims,
      options,
      inputs: { query, keys, vector, features, dScores } as Record<string, Float32Array<ArrayBuffer>>,
    };
    const step = await runKernel(gpu.device, additiveQueryGradient, { ...shared, outputs: ["dFeatures"] });
    return { forward, step, keys: await runKernel(gpu.device, additiveKeyGradients, shared) };
  };
  expect(await run(true)).toEqual(await run(false));
});

test("padding changes no bit: more positions past the end, more rows", async () => {
  const { inputs } = makeCase({ B: 2, T: 1, S: 9, A: 20, D: 6, F: 0, why: "" }, true);
  const padded = (data: Float64Array, width: number, S: number, B: number): Float32Array<ArrayBuffer> => {
    const all = new Float32Array(B * S * width).fill(3);
    for (let b = 0; b < 2; b++)
      all.set(Float32Array.from(data.subarray(b * 9 * width, (b + 1) * 9 * width)), b * S * width);
    return all;
  };
  const run = async (S: number, B: number) => {
    const query = new Float32Array(B * 20).fill(1);
    query.set(Float32Array.from(inputs.query.data));
    const lengths = new Uint32Array(B);
    lengths.set([9, 5]);
    const given = {
      query,
      keys: padded(inputs.keys.data, 20, S, B),
      vector: Float32Array.from(inputs.vector?.data ?? []),
      memory: padded(inputs.memory.data, 6, S, B),
    };
    const forward = await runKernel(gpu.device, additiveAttention, {
      dims: { B, T: 1, S, A: 20, D: 6, F: 0 },
      inputs: { ...given, lengths },
    });
    const weights = Float32Array.from(forward.weights ?? []);
    const dContext = new Float32Array(B * 6).fill(0.5);
    const backward = await runKernel(gpu.device, additiveAttentionBackward, {
      dims: { B, T: 1, S, A: 20, D: 6, F: 0 },
      inputs: { ...given, weights, dContext },
    });
    const { query: q, keys, vector } = given;
    const shared = await runKernel(gpu.device, additiveKeyGradients, {
      dims: { B, T: 1, S, A: 20, F: 0 },
      inputs: { query: q, keys, vector, dScores: Float32Array.from(backward.dScores ?? []) },
    });
    const total = await runKernel(gpu.device, attentionVectorGradient, {
      dims: { B, S, V: 20 },
      inputs: { parts: Float32Array.from(shared.dVectors ?? []) },
    });
    const bits = (values: ArrayLike<number> | undefined): number[] => [
      ...new Uint32Array(Float32Array.from(values ?? []).buffer),
    ];
    return {
      context: bits(forward.context?.subarray(0, 12)),
      weights: bits(weights.subarray(0, 9)),
      dQuery: bits(backward.dQuery?.subarray(0, 40)),
      dVector: bits(total.total),
    };
  };
  const plain = await run(9, 2);
  expect(await run(23, 2)).toEqual(plain);
  expect(await run(300, 5)).toEqual(plain);
});
