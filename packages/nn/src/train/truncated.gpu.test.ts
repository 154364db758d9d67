import { expect, test } from "vitest";
import {
  Adam,
  crossEntropy,
  detach,
  detachState,
  Linear,
  LSTM,
  type LSTMState,
  Module,
  minimizeChunk,
  mul,
  planStatistics,
  random,
  type Tensor,
  tensor,
} from "..";
import { inputsOf } from "../graph/node";
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
    loss.dispose();
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

/** Chunks of the test below: enough for anything kept from each of them to show. */
const CHUNKS = 3000;

test(`${CHUNKS} chunks as plain calls leave nothing behind: no buffer, no plan, no node of an old graph`, async () => {
  const model = new Model();
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  const { counters } = gpu.device;
  let state: LSTMState | undefined;
  let early = { counts: counters.snapshot(), live: [0, 0], misses: 0 };
  const nodes: number[] = [];
  for (let step = 0; step < CHUNKS; step++) {
    const { x, y } = chunk(step % 5);
    const { output, state: next } = model.lstm.forward(x, { state });
    const loss = crossEntropy(model.out.forward(output), y);
    state = await minimizeChunk(optimizer, loss, next, { from: state });
    loss.dispose(); // what is read of it is read before; without this it goes when it is collected
    if (step % 100 === 99) await gpu.device.idle();
    if (step === 99) {
      const live = [counters.liveBuffers, counters.liveBytes];
      early = { counts: counters.snapshot(), live, misses: planStatistics(gpu.device).misses };
    }
    if (step % 1000 === 999 || step === 9) nodes.push(behind(state.h) + behind(state.c));
  }
  await gpu.device.idle();
  const { buffers, bindGroups, pipelines } = counters.since(early.counts);
  expect({ buffers, bindGroups, pipelines }).toEqual({ buffers: 0, bindGroups: 0, pipelines: 0 });
  expect([counters.liveBuffers, counters.liveBytes]).toEqual(early.live);
  expect(planStatistics(gpu.device).misses).toBe(early.misses);
  expect(nodes).toEqual(nodes.map(() => 0)); // the state holds on to no tensor that led to it
  optimizer.dispose();
}, 600_000);

/** Tensors that a tensor keeps alive, by its node and by what it was made of. */
function behind(tensor: Tensor): number {
  const seen = new Set<Tensor>();
  const stack = [tensor];
  for (let top = stack.pop(); top; top = stack.pop()) {
    if (seen.has(top)) continue;
    seen.add(top);
    stack.push(...inputsOf(top.node), ...Object.values(top.origin?.inputs ?? {}));
  }
  return seen.size - 1;
}

test("a detached state keeps its values when the tensor that it was of is let go", async () => {
  const made = mul(tensor([1, 2, 3]), 2);
  await made.data();
  const kept = detachState({ a: made, n: 1 });
  made.dispose();
  expect([...(await kept.a.data())]).toEqual([2, 4, 6]);
  expect([...(await mul(kept.a, 2).data())]).toEqual([4, 8, 12]);
  expect(kept.n).toBe(1);
  kept.a.dispose();
  expect(() => mul(kept.a, 2)).toThrow("disposed of");
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
  expect(() => optimizer.minimize(loss)).toThrow(/goes on from detach/);
  optimizer.dispose();
});
