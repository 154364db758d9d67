import { describe, expect, test } from "vitest";
import { Adam, add, explain, LSTM, random, SGD, sum, tensor } from "..";
import { useTestDevice } from "../test-support/device";
import { batch, type CellName, Classifier, lossOf } from "../test-support/models";

const gpu = useTestDevice();
const cells: CellName[] = ["RNN", "LSTM", "GRU", "GRU before"];
const sizes = { B: 6, I: 9, H: 20, C: 5 };

describe.each(cells)("a training step of one %s layer", (cell) => {
  test.each([1, 5, 32])("over T = %i keeps the dispatch budget", async (T) => {
    const model = new Classifier(cell, sizes);
    const data = batch({ ...sizes, T });
    const forward = (await explain(lossOf(model, data))).dispatches;
    const before = gpu.device.counters.snapshot();
    const optimizer = new Adam(model.parameters(), { lr: 1e-3, clipNorm: 5 });
    await optimizer.minimize(lossOf(model, data));
    const step = gpu.device.counters.since(before).dispatches;
    const update = 3;
    expect(forward).toBeLessThanOrEqual(T + 8);
    expect(step - forward - update).toBeLessThanOrEqual(T + 12);
    optimizer.dispose();
  });

  test("creates nothing after the third step, and holds as much memory after 1,000 as after 10", async () => {
    const model = new Classifier(cell, sizes);
    const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
    const { counters } = gpu.device;
    let after3 = counters.snapshot();
    let after10 = counters.snapshot();
    for (let step = 1; step <= 1000; step++) {
      const loss = lossOf(model, batch({ ...sizes, T: 3, seed: step % 10 }));
      await optimizer.minimize(loss);
      if (step % 50 === 0 || step === 1) await loss.item();
      loss.dispose();
      if (step === 3) after3 = counters.snapshot();
      if (step === 10) after10 = counters.snapshot();
    }
    await gpu.device.idle();
    const made = counters.since(after3);
    expect(made.dispatches).toBeGreaterThan(997 * 10);
    const { buffers, bindGroups, pipelines } = made;
    expect({ buffers, bindGroups, pipelines }).toEqual({ buffers: 0, bindGroups: 0, pipelines: 0 });
    expect(counters.liveBuffers).toBe(after10.liveBuffers);
    expect(counters.liveBytes).toBe(after10.liveBytes);
    optimizer.dispose();
  });
});

test.each([
  { L: 2, B: 8, T: 40, H: 512, why: "large layers, which take a dispatch for each step" },
  { L: 3, B: 4, T: 64, H: 32, why: "small ones, which sequence kernels walk over" },
])("the forward pass of $L stacked LSTM layers keeps the dispatch budget: $why", async ({ L, B, T, H }) => {
  const lstm = new LSTM(8, H, { layers: L, rng: random(3) });
  const x = tensor(new Float32Array(B * T * 8), { shape: [B, T, 8] });
  const { output, state } = lstm.forward(x, { lengths: Array.from({ length: B }, (_, row) => T - row) });
  const { dispatches } = await explain(add(sum(output), add(sum(state.h), sum(state.c))));
  expect(dispatches).toBeLessThanOrEqual(T + L + 8 * L);
});

test("the update of all parameters is three dispatches, however many there are", async () => {
  const model = new Classifier("LSTM", sizes);
  const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9, clipNorm: 1, clipValue: 0.5 });
  const loss = lossOf(model, batch({ ...sizes, T: 2 }));
  const plan = await optimizer.explain(loss);
  expect(plan.calls.slice(-3).map(({ kernel }) => kernel)).toEqual(["sum_of_squares", "gradient_norm", "sgd"]);
  expect(plan.calls.filter(({ kernel }) => kernel === "sgd")).toHaveLength(1);
  optimizer.dispose();
});
