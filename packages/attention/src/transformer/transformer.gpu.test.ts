import { Adam, concat, crossEntropy, evaluate, grad, mul, random, slice, sum, type Tensor, tensor } from "@unroll/nn";
import { expectClose } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { and, causalMask, paddingMask } from "../masks/mask";
import { alibi } from "../positions/alibi";
import { RotaryPositions } from "../positions/rotary";
import { useTestDevice } from "../test-support/device";
import { bitsOf, draws, total } from "../test-support/tensors";
import { TransformerDecoder } from "./decoder";
import { TransformerEncoder } from "./encoder";
import type { TransformerStackOptions } from "./stack";

const gpu = useTestDevice();

const STACKS: readonly { why: string; options: TransformerStackOptions }[] = [
  { why: "post-norm", options: {} },
  { why: "pre-norm, grouped heads, silu", options: { norm: "pre", keyHeads: 1, activation: "silu" } },
  { why: "rotary", options: { norm: "pre", rotary: new RotaryPositions(4) } },
];

describe.each(STACKS)("$why", ({ options }) => {
  test("a step gives the bits of the same row of the full pass, rows of several lengths side by side", async () => {
    const stack = new TransformerEncoder(8, 2, { layers: 2, rng: random(1), ...options });
    const x = draws([2, 11, 8], 1);
    const full = stack.forward(x, { mask: causalMask() });
    // Row 0 begins with 6 steps, row 1 with 4 of its own and 2 of padding.
    const first = stack.step(slice(x, 1, 0, 6), stack.emptyCache(2, 8), { lengths: [6, 4] });
    const rows = [
      [6, 4],
      [7, 5],
    ].map(([a = 0, b = 0]) => [slice(slice(x, 0, 0, 1), 1, a, a + 1), slice(slice(x, 0, 1, 2), 1, b, b + 1)] as const);
    let cache = first.cache;
    const outputs = [];
    for (const pair of rows) {
      const next = stack.step(concat([...pair], 0), cache);
      outputs.push(next.output);
      cache = next.cache;
    }
    const longer = stack.step(concat(rows[1] ?? [], 0), cache); // the cache grows
    await evaluate([full, first.output, ...outputs, cache.lengths, longer.output]);
    expect([...(await cache.lengths.data())]).toEqual([8, 6]);
    expect(longer.cache.capacity).toBe(16);
    const all = await full.data();
    const at = (row: number, t: number): number[] => bitsOf(all.subarray((row * 11 + t) * 8, (row * 11 + t + 1) * 8));
    const begin = await first.output.data();
    for (const [row, t] of [
      [0, 0],
      [0, 5],
      [1, 3],
    ] as const) {
      expect(bitsOf(begin.subarray((row * 6 + t) * 8, (row * 6 + t + 1) * 8))).toEqual(at(row, t));
    }
    for (const [turn, output] of outputs.entries()) {
      const values = await output.data();
      expect(bitsOf(values.subarray(0, 8))).toEqual(at(0, 6 + turn));
      expect(bitsOf(values.subarray(8))).toEqual(at(1, 4 + turn));
    }
  });

  test("padding changes no bit, of outputs or gradients", async () => {
    const stack = new TransformerEncoder(8, 2, { layers: 2, rng: random(2), ...options });
    const lengths = [5, 3];
    const run = async (T: number) => {
      const values = await draws([2, 5, 8], 3).data();
      const data = new Float32Array(2 * T * 8).fill(7);
      const weights = new Float32Array(2 * T * 8);
      const up = await draws([2, 5, 8], 4).data();
      for (const [b, length] of lengths.entries()) {
        data.set(values.subarray(b * 40, b * 40 + length * 8), b * T * 8);
        weights.set(up.subarray(b * 40, b * 40 + length * 8), b * T * 8);
      }
      const output = stack.forward(tensor(data, { shape: [2, T, 8] }), { mask: paddingMask(lengths) });
      const gradients = grad(sum(mul(output, tensor(weights, { shape: [2, T, 8] }))), stack.parameters());
      await evaluate([output, ...gradients]);
      const all = await output.data();
      const real = lengths.flatMap((length, b) => bitsOf(all.subarray(b * T * 8, b * T * 8 + length * 8)));
      return { real, gradients: await Promise.all(gradients.map(async (g) => bitsOf(await g.data()))) };
    };
    const plain = await run(5);
    expect(await run(12)).toEqual(plain);
  });
});

test("a decoder's steps give the bits of its full pass, with padded memory and a bias by distance", async () => {
  const stack = new TransformerDecoder(8, 2, { layers: 2, rng: random(3), memorySize: 6 });
  const [x, memory] = [draws([2, 5, 8], 1), draws([2, 7, 6], 2)];
  const memoryMask = paddingMask([7, 4]);
  const full = stack.forward(x, memory, { mask: and(causalMask(), alibi(2)), memoryMask });
  const prepared = stack.prepare(memory);
  let cache = stack.emptyCache(2, 5);
  const outputs = [];
  for (let t = 0; t < 5; t++) {
    const next = stack.step(slice(x, 1, t, t + 1), prepared, cache, { mask: alibi(2), memoryMask });
    outputs.push(next.output);
    cache = next.cache;
  }
  const seen = stack.forward(x, prepared, { mask: causalMask(), memoryMask, needWeights: true });
  await evaluate([full.output, ...outputs, ...seen.weights]);
  const all = await full.output.data();
  for (const [t, output] of outputs.entries()) {
    const values = await output.data();
    for (const row of [0, 1]) {
      expect(bitsOf(values.subarray(row * 8, row * 8 + 8))).toEqual(
        bitsOf(all.subarray((row * 5 + t) * 8, (row * 5 + t + 1) * 8)),
      );
    }
  }
  expect(seen.weights.map(({ shape }) => shape)).toEqual([
    [2, 2, 5, 7],
    [2, 2, 5, 7],
  ]);
  const weights = await seen.weights[1]?.data();
  const last = weights?.subarray(-7) ?? new Float32Array();
  expect([...last.subarray(4)]).toEqual([0, 0, 0]);
  expectClose("weights of a row", [total(last)], [1], { absolute: 8 * 2 ** -24 });
});

test("a training step allocates nothing once warm, and the loss falls", async () => {
  const stack = new TransformerEncoder(8, 2, { layers: 2, rng: random(4), dropout: 0.1 });
  const optimizer = new Adam(stack.parameters(), { lr: 1e-2 });
  const [x, y] = [draws([4, 6, 8], 1), Int32Array.from({ length: 24 }, (_, i) => (i * 5) % 8)];
  const step = async (): Promise<Tensor> => {
    const loss = crossEntropy(stack.forward(x, { mask: causalMask() }), tensor(y, { shape: [4, 6] }));
    await optimizer.minimize(loss);
    return loss;
  };
  const first = await (await step()).item();
  for (let n = 0; n < 4; n++) (await step()).dispose();
  const warm = gpu.device.counters.snapshot();
  for (let n = 0; n < 34; n++) (await step()).dispose();
  const { buffers, bindGroups, pipelines, submissions } = gpu.device.counters.since(warm);
  expect({ buffers, bindGroups, pipelines, submissions }).toEqual({
    buffers: 0,
    bindGroups: 0,
    pipelines: 0,
    submissions: 34,
  });
  expect(await (await step()).item()).toBeLessThan(0.7 * first);
});

test("in halves a stack gives what it gives in f32, to the rounding of halves; a device without them says so", async () => {
  const stack = new TransformerEncoder(8, 2, { layers: 1, rng: random(5), norm: "pre", finalNorm: false });
  const x = draws([2, 5, 8], 1);
  const whole = await stack.forward(x, { mask: causalMask() }).data();
  const halves = stack.half().forward(x, { mask: causalMask() });
  if (!gpu.device.features.has("shader-f16")) {
    await expect(halves.data()).rejects.toThrow("shader-f16");
    return;
  }
  // numbers up to 4 pass some ten arrays of halves, each off by 2⁻¹¹ of them, each magnified by weights whose norm is below 2
  expectClose("output", await halves.data(), whole, { absolute: 4 * 10 * 2 * 2 ** -11 });
});
