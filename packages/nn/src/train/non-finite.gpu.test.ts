import { describe, expect, test } from "vitest";
import {
  assign,
  Linear,
  mean,
  mul,
  Parameter,
  random,
  SGD,
  sqrt,
  square,
  sum,
  type Tensor,
  type TrainProgress,
  tensor,
  train,
} from "..";
import { modelBits } from "../test-support/bits";
import { useTestDevice } from "../test-support/device";

useTestDevice();

/** Trains a small model on `losses`, one step each, and returns the error and what changed. */
async function trained(losses: ((model: Linear) => Tensor)[], prepare?: (model: Linear) => Promise<void>) {
  const model = new Linear(2, 2, { rng: random(1) });
  await prepare?.(model);
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  const before = await modelBits(model);
  let error: unknown = "no error";
  try {
    await train({ model, optimizer, epochs: 1, batches: () => losses, loss: (loss) => loss(model) });
  } catch (thrown) {
    error = thrown;
  }
  const report = await optimizer.report();
  optimizer.dispose();
  return { error, report, before, after: await modelBits(model) };
}

const x = (values = [1, 2, 3, 4]) =>
  tensor(Float32Array.from(values), { shape: [2, 2], name: "x", allowNonFinite: true });
const good = (model: Linear) => mean(square(model.forward(x())));

test("NaN in a parameter", async () => {
  const { error, before, after, report } = await trained([good], async (model) => {
    await assign([[model.weight, Float32Array.of(1, Number.NaN, 3, 4)]]);
  });
  expect(error).toMatchInlineSnapshot(
    `[NonFiniteLossError: train: the loss of step 1 in epoch 1 should be finite but is NaN. The parameter weight holds values that are not finite. The update of that step was left out. Lower the learning rate, set clipNorm, or look at that batch.]`,
  );
  expect(after).toEqual(before);
  expect(report.skipped).toBe(1);
});

test("NaN in an input", async () => {
  const { error, before, after } = await trained([(model) => mean(model.forward(x([1, Number.NaN, 3, 4])))]);
  expect(error).toMatchInlineSnapshot(
    `[NonFiniteLossError: train: the loss of step 1 in epoch 1 should be finite but is NaN. The first tensor that is not finite is "x", an input [2, 2], at element 1: NaN. The update of that step was left out. Lower the learning rate, set clipNorm, or look at that batch.]`,
  );
  expect(after).toEqual(before);
});

test("an overflow on the way", async () => {
  const overflow = (model: Linear) => mean(mul(square(mul(model.forward(x()), 1e25)), 0));
  const { error, before, after } = await trained([overflow]);
  expect(error).toMatchInlineSnapshot(
    `[NonFiniteLossError: train: the loss of step 1 in epoch 1 should be finite but is NaN. The first tensor that is not finite is the output of square [2, 2], at element 0: Infinity. The update of that step was left out. Lower the learning rate, set clipNorm, or look at that batch.]`,
  );
  expect(after).toEqual(before);
});

test("a loss that overflows while its gradient does not", async () => {
  // Σ 3e18·w = 9e38 for w = 1.5e20 twice over; the gradient is 3e18, and its square still fits.
  const overflow = (model: Linear) => mul(sum(model.weight), 3e18);
  const { error, before, after, report } = await trained([overflow], async (model) => {
    await assign([[model.weight, Float32Array.of(1.5e20, 1.5e20, 0, 0)]]);
  });
  expect(error).toMatchInlineSnapshot(
    `[NonFiniteLossError: train: the loss of step 1 in epoch 1 should be finite but is Infinity. The first tensor that is not finite is the output of mul [], at element 0: Infinity. The update of that step was left out. Lower the learning rate, set clipNorm, or look at that batch.]`,
  );
  expect(after).toEqual(before);
  expect(report).toMatchObject({ finite: false, firstBad: undefined, skipped: 1 });
});

test("a bad step among good ones is named, and its update alone is left out", async () => {
  const bad = (model: Linear) =>
    mul(mean(square(model.forward(x()))), tensor(Number.POSITIVE_INFINITY, { allowNonFinite: true }));
  const { error, report, after } = await trained([good, good, bad, good]);
  const { after: without } = await trained([good, good, good]);
  expect(error).toMatchObject({ name: "NonFiniteLossError", what: "the loss of step 3 in epoch 1" });
  expect(report).toMatchObject({ finite: true, skipped: 1 });
  expect(after).toEqual(without);
});

test("a gradient that overflows while the loss is finite: the update is left out and counted", async () => {
  // ℓ = (1e25·p)² at p = 1e-10 is 1e30; dℓ/dp = 2·1e50·p = 2e40 is beyond f32
  const p = new Parameter(Float32Array.of(1e-10), [1], "p");
  const optimizer = new SGD([p], { lr: 0.1 });
  const steep = () => sum(square(mul(p, 1e25)));
  const loss = steep();
  await optimizer.minimize(loss);
  expect(await loss.item()).toBeCloseTo(1e30, -25);
  expect(await p.item()).toBe(Math.fround(1e-10));
  expect(await optimizer.report()).toMatchObject({ finite: false, firstBad: 0, firstBadParameter: p, skipped: 1 });
  await optimizer.minimize(steep());
  expect(await optimizer.report()).toMatchObject({ finite: false, skipped: 2 });
  await optimizer.minimize(sum(mul(p, 5)));
  expect(await optimizer.report()).toMatchObject({ finite: true, firstBad: undefined, skipped: 2 });
  expect(await p.item()).toBeCloseTo(-0.5, 6);
  optimizer.dispose();

  const { error, before, after, report } = await trained([(model) => sum(square(mul(model.weight, 1e25)))], (model) =>
    assign([[model.weight, new Float32Array(4).fill(1e-10)]]),
  );
  expect(error).toMatchInlineSnapshot(
    `[NonFiniteLossError: train: the gradient of step 1 in epoch 1 should be finite but is not. The gradient of weight was the first that is not finite. No update since the last look was made. Look for a square root, quotient or power at 0, or scale the loss down.]`,
  );
  expect(after).toEqual(before);
  expect(report.skipped).toBe(1);
});

describe("training where √w has no slope at w = 0", () => {
  /** Trains on Σ √w, w = [0, 4], and on Σ w where a step is good. */
  async function trainedOn(steps: ("root" | "sum")[], reportEvery: number) {
    const model = new Linear(2, 1, { rng: random(1), bias: false });
    await assign([[model.weight, Float32Array.of(0, 4)]]);
    const optimizer = new SGD(model.parameters(), { lr: 0 });
    await optimizer.minimize(sum(sqrt(model.weight))); // left out before training: no part of its count
    const progress: TrainProgress[] = [];
    const trained = train({
      model,
      optimizer,
      epochs: 1,
      reportEvery,
      batches: () => steps,
      loss: (step) => sum(step === "root" ? sqrt(model.weight) : model.weight),
      onProgress: (report) => progress.push(report),
    });
    const error = await trained.then(
      () => "no error",
      (thrown: unknown) => thrown,
    );
    optimizer.dispose();
    return { error, skipped: progress.map(({ skipped }) => skipped), losses: progress.map(({ loss }) => loss) };
  }

  test("steps among good ones are counted", async () => {
    const { error, skipped, losses } = await trainedOn(["root", "sum", "root", "sum", "sum", "sum"], 2);
    expect({ error, skipped, losses }).toEqual({ error: "no error", skipped: [1, 2, 2], losses: [3, 3, 4] });
  });

  test("when no update since the last look was made, the parameter is named", async () => {
    const { error, skipped } = await trainedOn(["sum", "root", "root", "root"], 2);
    expect(error).toMatchInlineSnapshot(
      `[NonFiniteLossError: train: the gradient of steps 3 to 4 in epoch 1 should be finite but is not. The gradient of weight was the first that is not finite. No update since the last look was made. Look for a square root, quotient or power at 0, or scale the loss down.]`,
    );
    expect(skipped).toEqual([1]);
    expect((await trainedOn(["root"], 1)).error).toMatchInlineSnapshot(
      `[NonFiniteLossError: train: the gradient of step 1 in epoch 1 should be finite but is not. The gradient of weight was the first that is not finite. No update since the last look was made. Look for a square root, quotient or power at 0, or scale the loss down.]`,
    );
  });
});
