import { normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import {
  Adam,
  add,
  Conv1d,
  Conv2d,
  concat,
  evaluate,
  explain,
  GlobalMaxPool1d,
  grad,
  Linear,
  loadTorch,
  MaxPool1d,
  Module,
  mseLoss,
  random,
  reshape,
  saveTorch,
  square,
  sum,
  type Tensor,
  tensor,
} from "..";
import { useTestDevice } from "../test-support/device";
import { draw } from "../test-support/draw";

const gpu = useTestDevice();

/** Sequences of 5 features, cut off at their lengths; what lies past them is `rest`. */
function sequences(T: number, rest: number): Tensor {
  const source = normal([3, 6, 5], { seed: 1 }).data;
  const data = new Float32Array(3 * T * 5).fill(rest);
  for (const [b, length] of lengths.entries()) {
    data.set(source.subarray(b * 30, b * 30 + length * 5), b * T * 5);
  }
  return tensor(data, { shape: [3, T, 5] });
}
const lengths = [6, 2, 4];

describe("a stack over sequences", () => {
  class Model extends Module {
    readonly conv: Conv1d;
    readonly pool = new MaxPool1d(2, { stride: 1 });
    readonly top = new GlobalMaxPool1d();
    constructor(padding: "causal" | "same" | "valid" | number, stride = 1) {
      super();
      this.conv = new Conv1d(5, 4, 3, { padding, stride, rng: random(1) });
    }
    forward(x: Tensor): Tensor {
      return this.top.forward(this.conv.forward(x, { lengths }), { lengths: lengths.map((n) => Math.min(n, 4)) });
    }
  }

  test.each([
    { padding: "causal", stride: 1 },
    { padding: "same", stride: 1 },
    { padding: "valid", stride: 1 },
    { padding: 2, stride: 2 },
  ] as const)(
    "padding $padding, stride $stride: longer padding of other contents changes no bit",
    async ({ padding, stride }) => {
      const { conv } = new Model(padding, stride);
      const run = async (x: Tensor) => {
        const y = conv.forward(x, { lengths });
        const loss = sum(square(y));
        const gradients = grad(loss, conv.parameters());
        await evaluate([y, loss, ...gradients]);
        const [T, O] = y.shape.slice(1) as [number, number];
        const values = await y.data();
        const rows = lengths.map((_, b) => [...values.slice(b * T * O, (b + 1) * T * O)]);
        // outputs of a row's own, and then nothing but zeros
        const own = rows.map((row) => row.slice(0, row.findLastIndex((value) => value !== 0) + 1));
        return { own, weights: await Promise.all(gradients.map((gradient) => gradient.data())) };
      };
      const short = await run(sequences(6, 0));
      expect(await run(sequences(11, 1e6))).toEqual(short);
      expect(short.own.map((row) => row.length).toSorted((a, b) => a - b)[2]).toBeGreaterThan(8);
    },
  );
});

test.each([
  ...[0, 1, 2, 3, 4].flatMap((padding) => [1, 2, 3].map((stride) => ({ padding, stride }))),
  ...(["valid", "causal"] as const).flatMap((padding) => [1, 2, 3].map((stride) => ({ padding, stride }))),
])("padding $padding, stride $stride: a row of known length gives what it gives alone", async ({ padding, stride }) => {
  const conv = new Conv1d(5, 4, 3, { padding, stride, rng: random(1) });
  /** Outputs of each row, step after step. */
  const rowsOf = async (y: Tensor) => {
    const [B, T, O] = y.shape as [number, number, number];
    const values = await y.data();
    const step = (at: number) => [...values.subarray(at * O, (at + 1) * O)];
    return Array.from({ length: B }, (_, b) => Array.from({ length: T }, (_, t) => step(b * T + t)));
  };
  const all = await rowsOf(conv.forward(sequences(6, 7), { lengths }));
  const source = normal([3, 6, 5], { seed: 1 }).data;
  for (const [b, length] of lengths.entries()) {
    const row = all[b] ?? [];
    const isAny = padding === "causal" || length + (padding === "valid" ? 0 : 2 * padding) >= 3;
    const alone = tensor(Float32Array.from(source.slice(b * 30, b * 30 + length * 5)), { shape: [1, length, 5] });
    const [own = []] = isAny ? await rowsOf(conv.forward(alone)) : [];
    expect(row.slice(0, own.length)).toEqual(own);
    expect(row.slice(own.length).flat()).toEqual(row.slice(own.length).flatMap(() => [0, 0, 0, 0]));
  }
});

test("a model of them trains: one submission a step, and nothing new once it is warm", async () => {
  const conv = new Conv2d(2, 6, 3, { padding: "same", rng: random(1) });
  const out = new Linear(6 * 16, 1, { rng: random(2) });
  const optimizer = new Adam([...conv.parameters(), ...out.parameters()], { lr: 1e-2 });
  const { counters } = gpu.device;
  const losses: number[] = [];
  let warm = counters.snapshot();
  for (let step = 0; step < 30; step++) {
    const hidden = conv.forward(draw([8, 2, 4, 4], 3));
    const loss = mseLoss(out.forward(reshape(square(hidden), [8, 96])), draw([8, 1], 4));
    await optimizer.minimize(loss);
    if (step % 29 === 0) losses.push(await loss.item());
    loss.dispose();
    if (step === 3) warm = counters.snapshot();
  }
  const { buffers, bindGroups, pipelines } = counters.since(warm);
  expect({ buffers, bindGroups, pipelines }).toEqual({ buffers: 0, bindGroups: 0, pipelines: 0 });
  expect(losses[1]).toBeLessThan((losses[0] as number) / 3);
  optimizer.dispose();
});

test.each([
  {
    name: "sequences",
    shape: [2, 7, 4],
    make: () => new Conv1d(4, 6, 3, { padding: "same", groups: 2, rng: random(1) }),
  },
  { name: "images", shape: [2, 4, 5, 3], make: () => new Conv2d(4, 6, 3, { padding: 1, rng: random(1) }) },
])("gradients of what $name of several calls are convolved with are made at once", async ({ shape, make }) => {
  const conv = make();
  const parts = [1, 2, 3, 4, 5].map((seed) => draw(shape, seed));
  const lossOf = (inputs: readonly Tensor[]) =>
    inputs.map((x) => sum(square(conv.forward(x as never)))).reduce((a, b) => add(a, b));
  const apart = grad(lossOf(parts), conv.parameters());
  const { calls } = await explain(apart.map((gradient) => sum(gradient)).reduce((a, b) => add(a, b)));
  const weightKernels = calls.filter(({ kernel }) => kernel.startsWith("conv2d_backward_weight"));
  expect(weightKernels.reduce((count, { dispatches }) => count + dispatches, 0)).toBe(1);
  // the walk back from the loss meets the first call first, so that its images come last
  const together = grad(lossOf([concat(parts.toReversed(), 0)]), conv.parameters());
  for (const [k, gradient] of apart.entries()) {
    expect(await gradient.data()).toEqual(await together[k]?.data());
  }
});

test("weights go to PyTorch and back under its names", async () => {
  const [one, two] = [new Conv2d(4, 6, [3, 2], { groups: 2, rng: random(1) }), new Conv2d(4, 6, [3, 2], { groups: 2 })];
  await loadTorch(two, await saveTorch(one));
  expect([...one.namedParameters()].map(([name, { shape }]) => `${name} ${shape}`)).toEqual([
    "weight 6,2,3,2",
    "bias 6",
  ]);
  expect(await two.weight.data()).toEqual(await one.weight.data());
  expect(await two.bias?.data()).toEqual(await one.bias?.data());
});

test("first weights are PyTorch's: within 1/√(inputs of an output)", async () => {
  const { weight, bias } = new Conv1d(6, 50, 4, { groups: 2, rng: random(1) });
  const largest = async (of: Tensor | null) => Math.max(...[...((await of?.data()) ?? [])].map(Math.abs));
  const bound = 1 / Math.sqrt(3 * 4);
  for (const found of [await largest(weight), await largest(bias)]) {
    expect(found).toBeLessThanOrEqual(bound);
    expect(found).toBeGreaterThan(0.9 * bound);
  }
});
