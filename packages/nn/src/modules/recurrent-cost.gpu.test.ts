import { learn } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import {
  Adam,
  type Cell,
  type CellState,
  crossEntropy,
  ElmanCell,
  GRUCell,
  Linear,
  LSTMCell,
  planStatistics,
  Recurrent,
  random,
  type StepInput,
  square,
  sum,
  type Tensor,
  tensor,
} from "..";
import { useTestDevice } from "../test-support/device";
import { threadTime } from "../test-support/thread-time";

const gpu = useTestDevice();
const [B, T, I, H, C] = [16, 64, 16, 32, 8];

const cells: Record<string, () => Cell<CellState, StepInput>> = {
  Elman: () => new ElmanCell(I, H, { rng: random(1) }),
  LSTM: () => new LSTMCell(I, H, { rng: random(1) }),
  GRU: () => new GRUCell(I, H, { rng: random(1) }),
};

function batch(seed: number): { x: Tensor; y: Tensor; lengths: number[] } {
  const x = tensor(random(seed).normal(B * T * I), { shape: [B, T, I] });
  const y = tensor(
    Int32Array.from({ length: B * T }, (_, i) => (i * 7 + seed) % C),
    { shape: [B, T] },
  );
  return { x, y, lengths: Array.from({ length: B }, (_, row) => T - ((row * 5 + seed) % T)) };
}

// Per step forward: a product, the elementwise operations behind it, and where there are gates a sum and a call that lays
// them apart; backward the same, with one that joins the gates' gradients. Putting outputs, gradients and states side by
// side takes a call for each six or so. How many operations are one dispatch is a matter of how many arrays one may touch.
describe.each([
  { name: "Elman", few: 6, many: 6 },
  { name: "LSTM", few: 16, many: 12 },
  { name: "GRU", few: 14, many: 10 },
])("a training step of the cell of $name over 64 steps, rows of several lengths", ({ name, few, many }) => {
  test("takes few dispatches for each step, in one submission that makes nothing", async () => {
    const layer = new Recurrent((cells[name] as () => Cell<CellState, StepInput>)());
    const out = new Linear(H, C, { rng: random(2) });
    const lossOf = ({ x, y, lengths }: ReturnType<typeof batch>): Tensor =>
      crossEntropy(out.forward(layer.forward(x, { lengths }).output), y);
    const optimizer = new Adam([...layer.parameters(), ...out.parameters()], { lr: 1e-3, clipNorm: 5 });
    for (let seed = 0; seed < 3; seed++) await learn(optimizer, lossOf(batch(seed)));
    const { misses } = planStatistics(gpu.device);
    const before = gpu.device.counters.snapshot();
    const steps = 5;
    for (let seed = 3; seed < 3 + steps; seed++) await learn(optimizer, lossOf(batch(seed)));
    await gpu.device.idle();
    const { buffers, bindGroups, pipelines, submissions, dispatches } = gpu.device.counters.since(before);
    expect(planStatistics(gpu.device).misses).toBe(misses);
    expect({ buffers, bindGroups, pipelines, submissions }).toEqual({
      ...{ buffers: 0, bindGroups: 0, pipelines: 0 },
      submissions: steps,
    });
    const most = gpu.device.limits.maxStorageBuffersPerShaderStage >= 16 ? many : few;
    expect(dispatches / steps / T).toBeLessThanOrEqual(most);
    optimizer.dispose();
  });
});

test("a training step of the LSTM cell over 64 steps takes less than 9 yardsticks of the page's thread", async () => {
  const layer = new Recurrent((cells.LSTM as () => Cell<CellState, StepInput>)());
  const optimizer = new Adam(layer.parameters(), { lr: 1e-3, clipNorm: 5 });
  const batches = Array.from({ length: 8 }, (_, seed) => batch(seed));
  const lossOf = ({ x, lengths }: ReturnType<typeof batch>) => sum(square(layer.forward(x, { lengths }).output));
  const measured = { device: gpu.device, optimizer, batches, lossOf, warmUp: 40 };
  expect(await threadTime(measured, 9)).toBeLessThan(9);
  optimizer.dispose();
});
