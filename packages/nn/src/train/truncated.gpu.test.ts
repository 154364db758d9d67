import { expect, test } from "vitest";
import { Adam, crossEntropy, detach, Linear, LSTM, type LSTMState, Module, planStatistics, random, tensor } from "..";
import { useTestDevice } from "../test-support/device";

const gpu = useTestDevice();
const [B, T, I, C] = [3, 4, 5, 6];

class Model extends Module {
  readonly lstm = new LSTM(I, 8, { rng: random(1) });
  readonly out = new Linear(8, C, { rng: random(2) });
}

const chunk = (seed: number) => {
  const rng = random(seed);
  const x = tensor(rng.normal(B * T * I), { shape: [B, T, I] });
  const y = tensor(
    Int32Array.from({ length: B * T }, (_, i) => (i * 7 + seed) % C),
    { shape: [B, T] },
  );
  return { x, y };
};

test("state carried over chunks: the graph is cut between them, and after the first nothing is made any more", async () => {
  const model = new Model();
  const optimizer = new Adam(model.parameters(), { lr: 1e-2 });
  const { counters } = gpu.device;
  let state: LSTMState | undefined;
  let early = { counts: counters.snapshot(), misses: 0 };
  for (let step = 0; step < 200; step++) {
    const { x, y } = chunk(step % 5);
    const { output, state: next } = model.lstm.forward(x, { state });
    const loss = crossEntropy(model.out.forward(output), y);
    await optimizer.minimize(loss, { evaluate: [next.h, next.c] });
    state = { h: detach(next.h), c: detach(next.c) };
    if (step === 4) early = { counts: counters.snapshot(), misses: planStatistics(gpu.device).misses };
  }
  await gpu.device.idle();
  const { buffers, bindGroups, pipelines, dispatches } = counters.since(early.counts);
  expect({ buffers, bindGroups, pipelines }).toEqual({ buffers: 0, bindGroups: 0, pipelines: 0 });
  expect(planStatistics(gpu.device).misses).toBe(early.misses);
  expect(dispatches / 195).toBeLessThan(3 * T + 30); // each chunk's own work: nothing of the chunks before it
  optimizer.dispose();
});

test("state that was not cut off is refused, with the way out", async () => {
  const model = new Model();
  const optimizer = new Adam(model.parameters(), { lr: 1e-2 });
  const { x, y } = chunk(1);
  const first = model.lstm.forward(x);
  await optimizer.minimize(crossEntropy(model.out.forward(first.output), y), {
    evaluate: [first.state.h, first.state.c],
  });
  const second = model.lstm.forward(x, { state: first.state });
  const loss = crossEntropy(model.out.forward(second.output), y);
  expect(() => optimizer.minimize(loss)).toThrow(/cut it off with detach/);
  optimizer.dispose();
});
