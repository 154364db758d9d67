import { learn } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { Adam, crossEntropy, Embedding, Linear, LSTM, Module, planStatistics, random, type Tensor, tensor } from "..";
import { useTestDevice } from "../test-support/device";
import { Classifier, lossOf, NAMES, batch as names } from "../test-support/models";
import { threadTime } from "../test-support/thread-time";

const gpu = useTestDevice();

/** Sizes are small, so that a step waits little for the GPU: what the page's thread does depends on none of them but T. */
const V = 64;
const H = 16;
const B = 2;

class CharModel extends Module {
  readonly embed: Embedding;
  readonly lstm: LSTM;
  readonly out: Linear;

  constructor(layers: number) {
    super();
    const rng = random(5);
    this.embed = new Embedding(V, H, { rng });
    this.lstm = new LSTM(H, H, { layers, rng });
    this.out = new Linear(H, V, { rng });
  }

  loss({ x, y }: Batch): Tensor {
    return crossEntropy(this.out.forward(this.lstm.forward(this.embed.forward(x)).output), y);
  }
}

interface Batch {
  readonly x: Tensor;
  readonly y: Tensor;
}

function batchOf(T: number, seed: number): Batch {
  const tokens = (shift: number): Tensor =>
    tensor(
      Uint32Array.from({ length: B * T }, (_, i) => (i * 7 + seed + shift) % V),
      { shape: [B, T] },
    );
  return { x: tokens(0), y: tokens(3) };
}

// The yardstick takes 0.1 to 0.15 ms.
describe.each([
  { layers: 2, T: 16, most: 3.6 },
  { layers: 1, T: 64, most: 3 },
])("a training step of $layers LSTM layers over $T steps", ({ layers, T, most }) => {
  test(`takes less than ${most} yardsticks of the page's thread`, async () => {
    const model = new CharModel(layers);
    const optimizer = new Adam(model.parameters(), { lr: 1e-3, clipNorm: 5 });
    const batches = Array.from({ length: 8 }, (_, seed) => batchOf(T, seed));
    const lossOf = (batch: Batch) => model.loss(batch);
    const { device } = gpu;
    expect(await threadTime({ device, optimizer, batches, lossOf }, most)).toBeLessThan(most);
    optimizer.dispose();
  });

  test("replays its plan: nothing is made, one submission, and only what changed is uploaded", async () => {
    const model = new CharModel(layers);
    const optimizer = new Adam(model.parameters(), { lr: 1e-3, clipNorm: 5 });
    for (let seed = 0; seed < 3; seed++) await learn(optimizer, model.loss(batchOf(T, seed)));
    const { misses } = planStatistics(gpu.device);
    const before = gpu.device.counters.snapshot();
    const steps = 5;
    for (let seed = 3; seed < 3 + steps; seed++) await learn(optimizer, model.loss(batchOf(T, seed)));
    const { buffers, bindGroups, pipelines, submissions, uploadedBytes } = gpu.device.counters.since(before);
    expect(planStatistics(gpu.device).misses).toBe(misses);
    expect({ buffers, bindGroups, pipelines, submissions }).toEqual({
      buffers: 0,
      bindGroups: 0,
      pipelines: 0,
      submissions: steps,
    });
    // Tokens, targets, and of the numbers Adam's two bias corrections, which lie in one uniform block.
    const block = 256;
    expect(uploadedBytes / steps).toBeGreaterThan(2 * B * T * 4);
    expect(uploadedBytes / steps).toBeLessThanOrEqual(2 * B * T * 4 + block);
    optimizer.dispose();
  });
});

test("a training step of the names model takes less than 4 yardsticks of the page's thread", async () => {
  const model = new Classifier("RNN", NAMES);
  const optimizer = new Adam(model.parameters(), { lr: 1e-3, clipNorm: 5 });
  const batches = Array.from({ length: 8 }, (_, seed) => names({ B: 64, T: 10, ...NAMES, seed }));
  const measured = {
    device: gpu.device,
    optimizer,
    batches,
    lossOf: (data: ReturnType<typeof names>) => lossOf(model, data),
  };
  expect(await threadTime(measured, 4)).toBeLessThan(4);
  optimizer.dispose();
});
