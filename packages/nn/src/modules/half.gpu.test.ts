import { DeviceLimitError, open } from "@unroll/kernels";
import { describe, expect, test } from "vitest";
import {
  Adam,
  assign,
  cast,
  crossEntropy,
  Embedding,
  evaluate,
  grad,
  LayerNorm,
  Linear,
  LSTM,
  load,
  Module,
  mean,
  mul,
  type Optimizer,
  Recurrent,
  random,
  SCRNCell,
  SGD,
  save,
  sqrt,
  sub,
  sum,
  type Tensor,
  tensor,
  train,
} from "..";
import { modelBits } from "../test-support/bits";
import { useTestDevice } from "../test-support/device";
import { withHalves } from "../test-support/halves";
import { batch, type CellName, Classifier, lossOf } from "../test-support/models";

const gpu = useTestDevice();
const sizes = { B: 6, T: 5, I: 9, H: 20, C: 5 };
const cells: CellName[] = ["RNN", "LSTM", "GRU", "GRU before"];

/** Trains on two batches over and over; the mean loss of each ten updates. */
async function curve(model: Classifier, optimizer: Optimizer, passes: number): Promise<number[]> {
  const means: number[] = [];
  for (let pass = 0; pass < passes; pass++) {
    const losses: Tensor[] = [];
    for (let seed = 0; seed < 10; seed++) {
      const loss = lossOf(model, batch({ ...sizes, seed: seed % 2 }));
      await optimizer.minimize(loss);
      losses.push(loss);
    }
    const values = await Promise.all(losses.map((loss) => loss.item()));
    means.push(values.reduce((a, b) => a + b, 0) / values.length);
  }
  return means;
}

describe.each(cells)("a %s in halves", (cell) => {
  test("learns as in f32 does, from parameters that stay f32", async () => {
    await withHalves(gpu.device, async () => {
      const curves: number[][] = [];
      for (const isHalf of [false, true]) {
        const model = new Classifier(cell, sizes);
        if (isHalf) model.half();
        const optimizer = new Adam(model.parameters(), { lr: 5e-3, clipNorm: 1 });
        curves.push(await curve(model, optimizer, 8));
        const { skipped, lossScale } = await optimizer.report();
        expect({ skipped, lossScale }).toEqual({ skipped: 0, lossScale: isHalf ? 2 ** 16 : 1 });
        expect(new Set(model.parameters().map(({ dtype }) => dtype))).toEqual(new Set(["f32"]));
        optimizer.dispose();
      }
      const [wide, half] = curves as [number[], number[]];
      expect(wide[7]).toBeLessThan(0.5 * (wide[0] as number)); // it does learn
      // Gradients are off by some 1e-3 of their size; eight passes of eighty updates leave less than that of the loss's fall.
      for (const [pass, loss] of half.entries()) expect(Math.abs(loss - (wide[pass] as number))).toBeLessThan(0.02);
      expect(half).not.toEqual(wide); // so it was computed in halves
    });
  });

  test("repeats bit for bit", async () => {
    await withHalves(gpu.device, async () => {
      const runs = [];
      for (let run = 0; run < 2; run++) {
        const model = new Classifier(cell, sizes).half();
        const optimizer = new Adam(model.parameters(), { lr: 5e-3 });
        await curve(model, optimizer, 1);
        runs.push(await modelBits(model));
        optimizer.dispose();
      }
      expect(runs[1]).toEqual(runs[0]);
    });
  });
});

test.each([
  { peepholes: true, coupled: true },
  { projSize: 12, peepholes: true },
  { projSize: 9, clip: 0.7 },
])("an LSTM with options learns in halves as in f32: %o", async (options) => {
  await withHalves(gpu.device, async () => {
    const curves: number[][] = [];
    for (const isHalf of [false, true]) {
      const lstm = new LSTM(sizes.I, sizes.H, { rng: random(5), direction: "bidirectional", ...options });
      const out = new Linear(lstm.outputSize, sizes.C, { rng: random(6) });
      const model = new (class extends Module {
        readonly parts = [lstm, out];
      })();
      if (isHalf) model.half();
      const optimizer = new Adam(model.parameters(), { lr: 5e-3 });
      const { x, y, lengths } = batch(sizes);
      const losses: number[] = [];
      for (let step = 0; step < 40; step++) {
        const scores = out.forward(mean(lstm.forward(x, { lengths }).output, { axes: [1] }));
        const loss = crossEntropy(scores, y);
        await optimizer.minimize(loss);
        losses.push(await loss.item());
      }
      curves.push(losses);
      optimizer.dispose();
    }
    const [wide, half] = curves as [number[], number[]];
    expect(wide[39]).toBeLessThan(0.7 * (wide[0] as number)); // it does learn
    // Gradients are off by some 1e-3 of their size, and forty updates leave less than that of the loss's fall.
    for (const [step, loss] of half.entries()) expect(Math.abs(loss - (wide[step] as number))).toBeLessThan(0.02);
    expect(half).not.toEqual(wide); // so it was computed in halves
  });
});

/** Reads letters, normalises, scores: every module that has parameters. */
class Reader extends Module {
  readonly embed = new Embedding(11, 7, { rng: random(1) });
  readonly lstm = new LSTM(7, 9, { rng: random(2), layers: 2, dropout: 0.25, direction: "bidirectional" });
  readonly norm = new LayerNorm(18);
  readonly out = new Linear(18, 11, { rng: random(3) });

  forward(ids: Tensor): Tensor {
    return this.out.forward(this.norm.forward(this.lstm.forward(this.embed.forward(ids)).output));
  }
}

const ids = () =>
  tensor(
    Uint32Array.from({ length: 12 }, (_, i) => (i * 5) % 11),
    { shape: [3, 4] },
  );
const readerLoss = (model: Reader) => crossEntropy(model.forward(ids()), ids());

describe("a model of all modules in halves", () => {
  test("has activations of halves and a loss of f32; float() takes it back", async () => {
    const model = new Reader().half();
    expect([model.forward(ids()).dtype, readerLoss(model).dtype]).toEqual(["f16", "f32"]);
    const { output, state } = model.lstm.forward(model.embed.forward(ids()));
    expect([output.dtype, state.h.dtype, state.c.dtype]).toEqual(["f16", "f16", "f32"]);
    expect(model.float().forward(ids()).dtype).toBe("f32");
  });

  test("rounds all parameters by one dispatch a step, once an optimizer has them, and makes nothing after warm-up", async () => {
    await withHalves(gpu.device, async () => {
      const model = new Reader().half();
      const optimizer = new SGD(model.parameters(), { lr: 0.1 });
      const plan = await optimizer.explain(readerLoss(model));
      expect(plan.calls.filter(({ kernel }) => kernel === "elementwise_identity")).toHaveLength(1);
      const { counters } = gpu.device;
      let warm = counters.snapshot();
      for (let step = 1; step <= 60; step++) {
        const loss = readerLoss(model);
        await optimizer.minimize(loss);
        if (step % 10 === 0) await loss.item();
        loss.dispose();
        if (step === 10) warm = counters.snapshot();
      }
      const { buffers, bindGroups, pipelines } = counters.since(warm);
      expect({ buffers, bindGroups, pipelines }).toEqual({ buffers: 0, bindGroups: 0, pipelines: 0 });
      optimizer.dispose();
    });
  });

  test("computes with its parameters as they are: after an update, an assignment, and without an optimizer", async () => {
    await withHalves(gpu.device, async () => {
      const model = new Linear(2, 1, { bias: false }).half();
      const x = tensor([1, 1], { shape: [1, 2] });
      const y = () => model.forward(x).item();
      await assign([[model.weight, Float32Array.of(1, 2)]]);
      expect(await y()).toBe(3);
      const optimizer = new SGD([model.weight], { lr: 4 });
      expect(await y()).toBe(3);
      await optimizer.minimize(sum(mul(cast(model.forward(x), "f32"), 0.25))); // 2^16 alone would overflow
      expect(await y()).toBe(1); // the slope of each weight is 1/4
      await assign([[model.weight, Float32Array.of(5, 2 ** -12 + 1)]]);
      expect(await y()).toBe(6); // rounded; the parameter is not
      expect(await model.weight.data()).toEqual(Float32Array.of(5, 2 ** -12 + 1));
      optimizer.dispose();
      expect(await y()).toBe(6);
    });
  });

  test("what was recorded before an update is not computed from the weights after it", async () => {
    await withHalves(gpu.device, async () => {
      const model = new Linear(2, 1).half();
      const optimizer = new SGD(model.parameters(), { lr: 1 });
      const x = tensor([1, 1], { shape: [1, 2] });
      const before = model.forward(x);
      await optimizer.minimize(sum(cast(model.forward(x), "f32")));
      await expect(before.data()).rejects.toThrow("was changed after this tensor was recorded");
      optimizer.dispose();
    });
  });

  test("saves and loads the parameters that it has in f32", async () => {
    const [model, copy] = [new Reader(), new Reader()];
    await assign([[model.out.bias as NonNullable<typeof model.out.bias>, new Float32Array(11).fill(1 / 3)]]);
    await load(copy.half(), await save(model.half()));
    expect(await modelBits(copy)).toEqual(await modelBits(model));
  });
});

describe("a gradient that overflows", () => {
  /** dy is the scale itself: 2^16 is no half, 2^15 is. So the first update overflows, and no other. */
  const overflowing = () => {
    const model = new Linear(2, 1, { bias: false }).half();
    const x = tensor([1, 0.5], { shape: [1, 2] });
    return { model, loss: () => sum(cast(model.forward(x), "f32")) };
  };

  test("is left out and counted, halves the scale, and training goes on", async () => {
    await withHalves(gpu.device, async () => {
      const { model, loss } = overflowing();
      await assign([[model.weight, Float32Array.of(1, 2)]]);
      const optimizer = new SGD(model.parameters(), { lr: 0.5 });
      await optimizer.minimize(loss());
      expect(await optimizer.report()).toMatchObject({ finite: false, skipped: 1, lossScale: 2 ** 15 });
      expect(await model.weight.data()).toEqual(Float32Array.of(1, 2));
      await optimizer.minimize(loss());
      expect(await optimizer.report()).toMatchObject({ finite: true, skipped: 1, lossScale: 2 ** 15 });
      expect((await optimizer.report()).norm).toBeCloseTo(Math.hypot(1, 0.5), 6);
      expect(await model.weight.data()).toEqual(Float32Array.of(0.5, 1.75));
      optimizer.dispose();
    });
  });

  test("does not end training while the scale can still fall", async () => {
    await withHalves(gpu.device, async () => {
      const { model, loss } = overflowing();
      const optimizer = new SGD(model.parameters(), { lr: 0.5 });
      const skipped: number[] = [];
      await train({
        model,
        optimizer,
        epochs: 1,
        batches: () => [1, 2, 3],
        loss,
        reportEvery: 1,
        onProgress: (progress) => skipped.push(progress.skipped),
      });
      expect(skipped).toEqual([1, 1, 1]);
      optimizer.dispose();
    });
  });

  test("ends it when no scale helps", async () => {
    await withHalves(gpu.device, async () => {
      const model = new Linear(1, 1, { bias: false }).half();
      const optimizer = new SGD(model.parameters(), { lr: 0.5 });
      const x = tensor([60_000], { shape: [1, 1] });
      expect(await model.forward(x).item()).toBeTypeOf("number");
      const run = train({
        model,
        optimizer,
        epochs: 1,
        batches: () => Array.from({ length: 20 }, (_, n) => n),
        loss: () => sum(sqrt(cast(sub(model.forward(x), model.forward(x)), "f32"))), // √0 has no finite slope
        reportEvery: 1,
      });
      await expect(run).rejects.toThrow("should be finite but is not");
      optimizer.dispose();
    });
  });
});

test.each([false, true])("an SCRN, whose context is kept in f32, adaptive %s", async (adaptive) => {
  await withHalves(gpu.device, async () => {
    const layer = new Recurrent(new SCRNCell(3, 4, 2, { adaptive, rng: random(1) }));
    const x = tensor(random(2).normal(2 * 5 * 3), { shape: [2, 5, 3] });
    const answers: number[][] = [];
    for (const isHalf of [false, true]) {
      if (isHalf) layer.half();
      const { output } = layer.forward(x);
      const gradients = grad(mean(cast(output, "f32")), layer.parameters());
      await evaluate([output, ...gradients]);
      const all = await Promise.all([output, ...gradients].map((each) => each.data()));
      answers.push(all.flatMap((values) => [...values]));
    }
    const [whole, half] = answers as [number[], number[]];
    // five steps, each of two products of at most 4 terms below 1: some 40 roundings of 2^-11 of numbers up to 1
    for (const [at, value] of whole.entries())
      expect(Math.abs(value - (half[at] as number))).toBeLessThan(40 * 2 ** -11);
  });
});

test("a device without halves refuses the model's update before it does anything", async () => {
  const plain = await open({ features: [], onWarning: () => undefined });
  const model = new Reader().half();
  const optimizer = new SGD(model.parameters(), { lr: 1 });
  const before = plain.counters.snapshot();
  const refusal = (async () => optimizer.minimize(readerLoss(model)))();
  await expect(refusal).rejects.toBeInstanceOf(DeviceLimitError);
  const { buffers, submissions } = plain.counters.since(before);
  expect({ buffers, submissions }).toEqual({ buffers: 0, submissions: 0 });
  await optimizer.minimize(readerLoss(model.float())); // as the message advises
  await evaluate([model.forward(ids())]);
  optimizer.dispose();
  plain.dispose();
});
