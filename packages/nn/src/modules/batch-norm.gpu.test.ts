import { expectClose, learn, normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import {
  BatchNorm1d,
  BatchNorm2d,
  evaluate,
  explain,
  grad,
  Linear,
  load,
  loadTorch,
  Module,
  mseLoss,
  random,
  SGD,
  save,
  saveTorch,
  square,
  sum,
  type Tensor,
  tensor,
} from "..";
import { useTestDevice } from "../test-support/device";
import { draw } from "../test-support/draw";

const gpu = useTestDevice();

/** Mean and sample variance of each channel of [N, C], in float64. */
function statistics(values: ArrayLike<number>, C: number): { mean: number[]; variance: number[] } {
  const N = values.length / C;
  const of = (c: number): number[] => Array.from({ length: N }, (_, n) => values[n * C + c] as number);
  const mean = Array.from({ length: C }, (_, c) => of(c).reduce((a, b) => a + b, 0) / N);
  const variance = mean.map((mu, c) => of(c).reduce((sum, x) => sum + (x - mu) ** 2, 0) / (N - 1));
  return { mean, variance };
}

const running = async (norm: BatchNorm1d | BatchNorm2d) => ({
  mean: [...(await norm.runningMean.data())],
  variance: [...(await norm.runningVar.data())],
  batches: await norm.numBatchesTracked.item(),
});

describe("running statistics", () => {
  const C = 3;
  const x = normal([8, C], { seed: 1 }).data;
  const { mean, variance } = statistics(x, C);
  const batch = () => draw([8, C], 1);

  test("move towards those of each batch that is computed, and only then", async () => {
    const norm = new BatchNorm1d(C);
    norm.forward(batch()); // never asked for
    await explain(norm.forward(batch()));
    expect(await running(norm)).toEqual({ mean: [0, 0, 0], variance: [1, 1, 1], batches: 0 });
    const y = norm.forward(batch());
    await evaluate([y]);
    await y.data();
    const found = await running(norm);
    const close = { absolute: 1e-6 }; // a few roundings of numbers of size 1
    expectClose(
      "mean",
      found.mean,
      mean.map((m) => 0.1 * m),
      close,
    );
    expectClose(
      "variance",
      found.variance,
      variance.map((v) => 0.9 + 0.1 * v),
      close,
    );
    expect(found.batches).toBe(1);
  });

  test("of two batches in one submission follow one another, and without momentum are their mean", async () => {
    const norm = new BatchNorm1d(C, { momentum: null });
    const second = statistics(normal([8, C], { seed: 2 }).data, C);
    await evaluate([norm.forward(batch()), norm.forward(draw([8, C], 2))]);
    const found = await running(norm);
    expectClose(
      "mean",
      found.mean,
      mean.map((m, c) => (m + (second.mean[c] as number)) / 2),
      { absolute: 1e-6 },
    );
    expect(found.batches).toBe(2);
  });

  test("change once where what was evaluated is computed again for gradients", async () => {
    const norm = new BatchNorm1d(C);
    const optimizer = new SGD(norm.parameters(), { lr: 0.1 });
    const y = norm.forward(batch());
    await evaluate([y]);
    await optimizer.minimize(mseLoss(y, draw([8, C], 3)));
    expect(await norm.numBatchesTracked.item()).toBe(1);
    optimizer.dispose();
  });

  test("are part of the training step: one submission that allocates nothing once it is warm", async () => {
    class Model extends Module {
      readonly into = new Linear(C, 5, { rng: random(1) });
      readonly norm = new BatchNorm1d(5);
      readonly out = new Linear(5, 1, { rng: random(2) });
      forward(of: Tensor): Tensor {
        return this.out.forward(this.norm.forward(this.into.forward(of)));
      }
    }
    const model = new Model();
    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    const { counters } = gpu.device;
    const step = () => learn(optimizer, mseLoss(model.forward(batch()), draw([8, 1], 4)));
    for (let n = 0; n < 3; n++) await step();
    const warm = counters.snapshot();
    for (let n = 0; n < 5; n++) await step();
    expect(counters.since(warm)).toMatchObject({ submissions: 5, buffers: 0, bindGroups: 0, pipelines: 0 });
    expect(await model.norm.numBatchesTracked.item()).toBe(8);
    optimizer.dispose();
  });

  test("normalise after eval(), and then stay as they are", async () => {
    const norm = new BatchNorm1d(C);
    await evaluate([norm.forward(batch())]);
    const before = await running(norm);
    const y = await norm.eval().forward(batch()).data();
    expect(await running(norm)).toEqual(before);
    const expected = Float64Array.from(x, (value, n) => {
      const c = n % C;
      return (value - (before.mean[c] as number)) / Math.sqrt((before.variance[c] as number) + 1e-5);
    });
    expectClose("y", y, expected, { absolute: 1e-5 }); // ten roundings of numbers up to 5
  });

  test("of sequences leave padding out, whatever it holds", async () => {
    const lengths = [2, 4, 2];
    const sequences = new Float32Array(3 * 4 * C).fill(1e6);
    let next = 0;
    for (const [b, length] of lengths.entries()) {
      for (let n = 0; n < length * C; n++) sequences[b * 4 * C + n] = x[next++] as number;
    }
    const norm = new BatchNorm1d(C);
    const y = await norm.forward(tensor(sequences, { shape: [3, 4, C] }), { lengths }).data();
    const found = await running(norm);
    expectClose(
      "mean",
      found.mean,
      mean.map((m) => 0.1 * m),
      { absolute: 1e-6 },
    );
    expectClose(
      "variance",
      found.variance,
      variance.map((v) => 0.9 + 0.1 * v),
      { absolute: 1e-6 },
    );
    expect([...y.slice(2 * C, 4 * C)]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

test("running statistics are saved and loaded with the model, here and as PyTorch names them", async () => {
  const norm = new BatchNorm2d(2);
  await evaluate([norm.forward(draw([2, 2, 3, 3], 5))]);
  const expected = await running(norm);
  const [own, torch] = [new BatchNorm2d(2), new BatchNorm2d(2)];
  await load(own, await save(norm));
  await loadTorch(torch, await saveTorch(norm));
  expect(await running(own)).toEqual(expected);
  expect(await running(torch)).toEqual(expected);
  expect([...norm.namedBuffers().keys()]).toEqual(["runningMean", "runningVar", "numBatchesTracked"]);
  expect(norm.parameters()).toHaveLength(2);
});

test("bad input is refused", () => {
  const norm = new BatchNorm1d(3);
  expect(() => norm.forward(draw([1, 3], 1))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: BatchNorm1d.forward: x, while training, should be of more than one element of each channel but is [1, 3]. Use larger batches, or call eval() to normalise by the running statistics.]`,
  );
  expect(() => norm.forward(draw([4, 2], 1))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: BatchNorm1d.forward: x should be [B, 3] but is [4, 2].]`,
  );
  expect(() => norm.forward(draw([4, 3], 1), { lengths: [1, 1, 1, 1] })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: BatchNorm1d.forward: x should be [B, T, 3] but is [4, 3]. Only sequences have lengths.]`,
  );
  expect(() => new BatchNorm2d(3, { momentum: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: BatchNorm2d: momentum should be from 0 to 1, or null but is 2.]`,
  );
});

test.each(["train", "eval"] as const)("padding has no part in a gradient, whatever it holds: %s", async (mode) => {
  const norm = new BatchNorm1d(2);
  norm[mode]();
  const answers: number[][] = [];
  for (const padding of [0, Number.NaN, Number.POSITIVE_INFINITY]) {
    const values = [1, 2, 3, 5, 4, -1, padding, padding];
    const x = tensor(values, { shape: [2, 2, 2], allowNonFinite: true });
    const y = norm.forward(x, { lengths: [2, 1] });
    const gradients = grad(sum(square(y)), [x, ...norm.parameters()]);
    await evaluate([y, ...gradients]);
    const all = await Promise.all([y, ...gradients].map((each) => each.data()));
    answers.push(all.flatMap((each) => [...each]));
  }
  expect(answers[0]?.every(Number.isFinite)).toBe(true);
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
});
