import { cast, evaluate, grad, random, sum, tensor } from "@unroll/nn";
import { expectClose, normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import type { Attention } from "../attention";
import { attendAll, checkAttention, toTensor } from "../test-support/check-attention";
import { useTestDevice } from "../test-support/device";
import { withHalves } from "../test-support/halves";
import {
  AdditiveAttention,
  ConcatAttention,
  CoverageAttention,
  DotAttention,
  GeneralAttention,
  LocalMonotonicAttention,
  LocalPredictiveAttention,
  LocationAwareAttention,
  MonotonicAttention,
  ScaledDotAttention,
  type ScoreKernel,
} from ".";
import {
  type Alignment,
  additive,
  content,
  coverage,
  general,
  localMonotonic,
  localPredictive,
  locationAware,
  monotonic,
  product,
} from "./scores.reference";

const gpu = useTestDevice();
const [Q, D] = [3, 4];

interface Case {
  readonly name: string;
  readonly make: (kernel: ScoreKernel) => Attention;
  readonly alignment: Alignment;
}
const rng = () => random(7);

const CASES: readonly Case[] = [
  {
    name: "additive",
    make: (kernel) => new AdditiveAttention(Q, D, { size: 5, kernel, rng: rng() }),
    alignment: content(additive()),
  },
  {
    name: "additive, normalised",
    make: (kernel) => new AdditiveAttention(Q, D, { size: 5, bias: true, normalise: true, kernel, rng: rng() }),
    alignment: content(additive({ bias: true, normalise: true })),
  },
  {
    name: "concat",
    make: (kernel) => new ConcatAttention(Q, D, { size: 8, kernel, rng: rng() }),
    alignment: content(additive()),
  },
  { name: "dot", make: (kernel) => new DotAttention(Q, Q, { kernel }), alignment: content(product()) },
  {
    name: "scaled dot",
    make: (kernel) => new ScaledDotAttention(Q, Q, { kernel }),
    alignment: content(product(1 / Math.sqrt(Q))),
  },
  {
    name: "general",
    make: (kernel) => new GeneralAttention(Q, D, { kernel, rng: rng() }),
    alignment: content(general()),
  },
  {
    name: "location-aware",
    make: (kernel) => new LocationAwareAttention(Q, D, { size: 5, filters: 2, width: 3, kernel, rng: rng() }),
    alignment: locationAware(false),
  },
  {
    name: "location-aware of all before",
    make: (kernel) =>
      new LocationAwareAttention(Q, D, { size: 5, filters: 1, width: 5, cumulative: true, kernel, rng: rng() }),
    alignment: locationAware(true),
  },
  {
    name: "coverage",
    make: (kernel) => new CoverageAttention(Q, D, { size: 5, kernel, rng: rng() }),
    alignment: coverage(),
  },
  {
    name: "coverage by fertility",
    make: (kernel) => new CoverageAttention(Q, D, { size: 5, fertility: 2, kernel, rng: rng() }),
    alignment: coverage(2),
  },
  {
    name: "local-m of additive scores",
    make: (kernel) =>
      new LocalMonotonicAttention(new AdditiveAttention(Q, D, { size: 5, kernel, rng: rng() }), { window: 1 }),
    alignment: localMonotonic(additive({ path: "score." }), 1),
  },
  {
    name: "local-p of general scores",
    make: (kernel) =>
      new LocalPredictiveAttention(new GeneralAttention(Q, D, { kernel, rng: rng() }), { window: 2.5, rng: rng() }),
    alignment: localPredictive(general("score."), 2.5),
  },
  {
    name: "monotonic",
    make: (kernel) =>
      new MonotonicAttention(new AdditiveAttention(Q, D, { size: 5, normalise: true, kernel, rng: rng() }), {
        noise: 0,
        offset: -0.5,
      }),
    alignment: monotonic(additive({ path: "score.", normalise: true }), false),
  },
];

describe.each(CASES)("$name", ({ make, alignment }) => {
  test.each([
    { kernel: "fused", stepwise: false },
    { kernel: "fused", stepwise: true },
    { kernel: "plain", stepwise: false },
  ] as const)(
    "value and gradients equal the float64 reference: $kernel, step by step $stepwise",
    ({ kernel, stepwise }) =>
      // five steps: more than those from which on shared gradients are made at once
      checkAttention({ attention: make(kernel), alignment, size: [3, 5, 6], lengths: [6, 0, 3], stepwise }),
  );

  test("padding the memory changes no bit", async () => {
    const attention = make("fused");
    const { querySize, memorySize } = attention;
    const query = toTensor(normal([2, 4, querySize], { seed: 1 }));
    const memory = normal([2, 5, memorySize], { seed: 2 }).data;
    const results = await Promise.all(
      [5, 11].map(async (S) => {
        const padded = new Float32Array(2 * S * memorySize).fill(9);
        for (let b = 0; b < 2; b++) {
          padded.set(
            Float32Array.from(memory.subarray(b * 5 * memorySize, (b + 1) * 5 * memorySize)),
            b * S * memorySize,
          );
        }
        const given = tensor(padded, { shape: [2, S, memorySize] });
        const { context } = attendAll(attention, query, given, [5, 3], false);
        const of = [query, ...attention.parameters()];
        const gradients = grad(sum(context), of);
        await evaluate([context, ...gradients]);
        return Promise.all([context, ...gradients].map((value) => value.data()));
      }),
    );
    expect(results[1]).toEqual(results[0]);
  });
});

test("after eval a monotonic reader stops at one place or at none", async () => {
  const attention = new MonotonicAttention(new AdditiveAttention(Q, D, { size: 5, rng: rng() }), { offset: 0.1 });
  attention.eval();
  await checkAttention({
    attention,
    alignment: monotonic(additive({ path: "score." }), true),
    size: [4, 5, 6],
    lengths: [6, 0, 3, 5],
    stepwise: true,
  });
});

test("noise makes a monotonic reader's training random, and only its training", async () => {
  const attention = new MonotonicAttention(new DotAttention(Q), { rng: random(1) });
  const query = toTensor(normal([2, 1, Q], { seed: 1 }));
  const memory = toTensor(normal([2, 6, Q], { seed: 2 }));
  const draw = async (): Promise<number[]> => [
    ...(await attendAll(attention, query, memory, undefined, false).weights.data()),
  ];
  expect(await draw()).not.toEqual(await draw());
  attention.eval();
  expect(await draw()).toEqual(await draw());
});

test("an image's cells are attended to in reading order", async () => {
  const attention = new AdditiveAttention(Q, D, { rng: rng() });
  const image = normal([2, 3, 5, D], { seed: 2 });
  const query = toTensor(normal([2, Q], { seed: 1 }));
  const grid = attention.prepare(toTensor(image));
  const flat = attention.prepare(toTensor({ shape: [2, 15, D], data: image.data }));
  expect([grid.grid, flat.grid]).toEqual([[3, 5], undefined]);
  const [a, b] = [attention.attend(query, grid), attention.attend(query, flat)];
  await evaluate([a.context, a.weights, b.context, b.weights]);
  expect(a.context.shape).toEqual([2, D]);
  expect(a.weights.shape).toEqual([2, 15]);
  expect(await a.context.data()).toEqual(await b.context.data());
  expect(await a.weights.data()).toEqual(await b.weights.data());
});

test("in halves, what comes out is near what f32 gives", async () => {
  const attention = new AdditiveAttention(Q, D, { size: 5, rng: rng() });
  const query = toTensor(normal([2, 5, Q], { seed: 1 }));
  const memory = toTensor(normal([2, 6, D], { seed: 2 }));
  const results = async (): Promise<Float64Array[]> => {
    const { context, weights } = attendAll(attention, query, memory, [6, 4], true);
    const gradients = grad(sum(cast(context, "f32")), [query, memory, ...attention.parameters()]);
    await evaluate([context, weights, ...gradients]);
    const values = await Promise.all([context, weights, ...gradients].map((value) => value.data()));
    return values.map((value) => Float64Array.from(value));
  };
  const wide = await results();
  attention.half();
  await withHalves(gpu.device, async () => {
    for (const [k, values] of (await results()).entries()) {
      // inputs, weights, keys, context and gradients are rounded to halves: a dozen roundings of 2⁻¹¹ of numbers up to 4
      expectClose(`result ${k}`, values, wide[k] ?? [], { absolute: 12 * 4 * 2 ** -11 });
    }
  });
});
