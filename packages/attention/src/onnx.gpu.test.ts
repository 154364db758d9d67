import { exportONNX, type Module, type ONNXOptions, random, type Tensor, tensor } from "@unroll/nn";
import { expectOnnxGives, useOnnxRuntime } from "@unroll/testing/onnx";
import { describe, expect, test } from "vitest";
import type { Attention } from "./attention";
import { ContextGate, gatedContext } from "./gate";
import { HardAttention } from "./hard";
import { additiveMask, and, booleanMask, causalMask, paddingMask } from "./masks/mask";
import { MultiHeadAttention, type MultiHeadAttentionOptions } from "./multi-head-attention";
import { AttentionPooling } from "./pooling";
import { alibi } from "./positions/alibi";
import { RotaryPositions } from "./positions/rotary";
import {
  AdditiveAttention,
  CoverageAttention,
  GeneralAttention,
  LocalPredictiveAttention,
  LocationAwareAttention,
  MonotonicAttention,
  ScaledDotAttention,
} from "./scores";
import { useTestDevice } from "./test-support/device";
import { TransformerEncoder } from "./transformer/encoder";

useTestDevice();
useOnnxRuntime();

const rng = random(29);
const f32 = (shape: readonly number[]): Tensor => tensor(rng.normal(shape.reduce((a, b) => a * b, 1)), { shape });

// Sums of at most 60 products of size 2, exponentials and tanh of a few ulp, two layers at most: 3e-6 by their root.
const BOUND = 1e-5;
const [Q, D] = [4, 6];

type Given = Readonly<Record<string, Tensor>>;
type Forward = (given: Given) => Readonly<Record<string, Tensor>>;

/** Here and in ONNX Runtime, over sizes that it was not traced with. */
async function expectSame(model: Module, inputs: ONNXOptions["inputs"], given: Given, forward: Forward): Promise<void> {
  const file = await exportONNX(model, { inputs, forward });
  model.eval();
  await expectOnnxGives(file, given, forward(given), BOUND);
}

const INPUTS = {
  query: { shape: ["batch", "time", Q] },
  memory: { shape: ["batch", "source", D] },
  lengths: { shape: ["batch"], dtype: "u32" },
} as const;

async function expectSameOverQueries(model: Module, forward: (given: Record<keyof typeof INPUTS, Tensor>) => Given) {
  for (const [T, S, lengths] of [
    [3, 5, [5, 2, 1]],
    [1, 2, [1]],
  ] as const) {
    const B = lengths.length;
    const given = { query: f32([B, T, Q]), memory: f32([B, S, D]), lengths: tensor(Uint32Array.from(lengths)) };
    await expectSame(model, INPUTS, given, (of) => forward(of as typeof given));
  }
}

const scores: Record<string, () => Attention> = {
  AdditiveAttention: () => new AdditiveAttention(Q, D, { rng, size: 5, bias: true, normalise: true }),
  GeneralAttention: () => new GeneralAttention(Q, D, { rng }),
  HardAttention: () => new HardAttention(new AdditiveAttention(Q, D, { rng })),
};

describe("attention by a score", () => {
  test.each(Object.entries(scores))("%s, with rows of several lengths and without", async (_, make) => {
    const attention = make();
    await expectSameOverQueries(attention, ({ query, memory, lengths }) => {
      const whole = attention.attend(query, attention.prepare(memory));
      const { context, weights } = attention.attend(query, attention.prepare(memory, { lengths }));
      return { all: whole.context, context, weights };
    });
  });

  test.each([
    [
      "LocalPredictiveAttention",
      () => new LocalPredictiveAttention(new AdditiveAttention(Q, D, { rng }), { rng, window: 2 }),
    ],
    ["CoverageAttention", () => new CoverageAttention(Q, D, { rng, fertility: 2 })],
    ["LocationAwareAttention", () => new LocationAwareAttention(Q, D, { rng, filters: 2, width: 3 })],
  ] as const)("%s, whose weights depend on places", async (_, make) => {
    const attention = make();
    const inputs = { ...INPUTS, query: { shape: ["batch", 3, Q] } };
    const given = { query: f32([2, 3, Q]), memory: f32([2, 5, D]), lengths: tensor(Uint32Array.of(5, 2)) };
    await expectSame(attention, inputs, given, ({ query, memory, lengths }) => {
      const { context, weights } = attention.attend(query as Tensor, attention.prepare(memory as Tensor, { lengths }));
      return { context, weights };
    });
  });

  test("scaled scalar products", async () => {
    const attention = new ScaledDotAttention(Q);
    await expectSame(
      attention,
      { query: INPUTS.query, memory: { shape: ["batch", 3, Q] } },
      { query: f32([2, 5, Q]), memory: f32([2, 3, Q]) },
      ({ query, memory }) => {
        const { context, weights } = attention.attend(query as Tensor, attention.prepare(memory as Tensor));
        return { context, weights };
      },
    );
  });

  test("pooling, and a gate", async () => {
    const pooling = new AttentionPooling(D, { rng, size: 3 });
    const gate = new ContextGate(Q, { rng });
    await expectSameOverQueries(pooling, ({ query, memory, lengths }) => {
      const { context, weights } = pooling.forward(memory, { lengths });
      return { context, weights, gated: gatedContext(query, query, gate.weights), gate: gate.forward(query) };
    });
  });

  test("what walks over its memory in order is refused", async () => {
    const attention = new MonotonicAttention(new AdditiveAttention(Q, D, { rng }));
    const forward: Forward = ({ query, memory }) => ({
      y: attention.attend(query as Tensor, attention.prepare(memory as Tensor)).context,
    });
    const inputs = { query: { shape: ["batch", 1, Q] }, memory: INPUTS.memory };
    await expect(exportONNX(attention, { inputs, forward })).rejects.toThrow(
      "the operation monotonicAlignment has no counterpart",
    );
  });
});

describe("attention of several heads", () => {
  const N = 4;
  const kinds: Record<string, MultiHeadAttentionOptions> = {
    "heads of their own": {},
    "shared heads of keys, bounded scores": { keyHeads: 2, valueHeadSize: 3, softcap: 2, scale: 0.7 },
  };

  test.each(Object.entries(kinds))("%s, under every kind of mask", async (_, options) => {
    const attention = new MultiHeadAttention(8, N, { rng, keySize: D, ...options });
    const slopes = tensor(Float32Array.of(0.5, 0.25, 0.125, 0.1), { shape: [N] });
    const inputs = {
      x: { shape: ["batch", "time", 8] },
      memory: { shape: ["batch", "source", D] },
      lengths: { shape: ["batch"], dtype: "u32" },
      first: { shape: ["batch"], dtype: "u32" },
      allowed: { shape: ["time", "source"], dtype: "i32" },
      bias: { shape: ["batch", "time", "source"] },
    } as const;
    for (const [T, S, lengths] of [
      [3, 5, [5, 2, 1]],
      [2, 2, [1]],
    ] as const) {
      const B = lengths.length;
      const given = {
        ...{ x: f32([B, T, 8]), memory: f32([B, S, D]), bias: f32([B, T, S]) },
        ...{ lengths: tensor(Uint32Array.from(lengths)), first: tensor(Uint32Array.from(lengths, (_, row) => row)) },
        allowed: tensor(
          Int32Array.from({ length: T * S }, (_, at) => Number(at % 3 !== 1)),
          { shape: [T, S] },
        ),
      };
      await expectSame(attention, inputs, given, (of) => {
        const { x, memory, lengths: own, first, allowed, bias } = of as typeof given;
        const under = (mask?: ReturnType<typeof and>) => attention.forward(x, { memory, mask }).output;
        const weighed = attention.forward(x, { memory, mask: paddingMask(own), needWeights: true });
        return {
          whole: under(),
          padded: under(paddingMask(own)),
          causal: under(causalMask()),
          later: under(causalMask({ offset: 1 })),
          rows: under(and(causalMask({ offset: first }), paddingMask(own))),
          chosen: under(and(booleanMask(allowed), additiveMask(bias))),
          sloped: under(and(alibi(slopes), causalMask())),
          weights: weighed.weights as Tensor,
        };
      });
    }
  });

  test("rotary positions are refused", async () => {
    const attention = new MultiHeadAttention(8, 2, { rng, rotary: new RotaryPositions(4) });
    const forward: Forward = ({ x }) => ({ y: attention.forward(x as Tensor).output });
    await expect(exportONNX(attention, { inputs: { x: { shape: ["batch", 3, 8] } }, forward })).rejects.toThrow(
      "has no counterpart among the ONNX operators",
    );
  });

  test("a Transformer's encoder", async () => {
    const model = new TransformerEncoder(8, 2, { layers: 2, rng, dropout: 0.1 });
    const inputs = { x: { shape: ["batch", "time", 8] }, lengths: INPUTS.lengths } as const;
    const given = { x: f32([2, 5, 8]), lengths: tensor(Uint32Array.of(5, 2)) };
    await expectSame(model, inputs, given, ({ x, lengths }) => ({
      y: model.forward(x as Tensor, { mask: and(causalMask(), paddingMask(lengths as Tensor)) }),
    }));
  });
});
