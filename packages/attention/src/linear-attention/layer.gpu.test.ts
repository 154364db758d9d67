import {
  Adam,
  add,
  crossEntropy,
  evaluate,
  exportONNX,
  grad,
  Linear,
  Module,
  mseLoss,
  mul,
  random,
  reshape,
  slice,
  sum,
  type Tensor,
  tensor,
} from "@unroll/nn";
import { expectClose, learn } from "@unroll/testing";
import { expectOnnxGives, useOnnxRuntime } from "@unroll/testing/onnx";
import { describe, expect, test } from "vitest";
import { useTestDevice } from "../test-support/device";
import { draws } from "../test-support/tensors";
import { LinearAttention } from "./layer";

const gpu = useTestDevice();
useOnnxRuntime();
const ε = 2 ** -24;

test("the next steps go on from a state as if nothing had come between", async () => {
  const layer = new LinearAttention(8, 2, { rng: random(1) });
  const x = draws([2, 7, 8], 1);
  const whole = layer.forward(x);
  const first = layer.forward(slice(x, 1, 0, 4));
  const second = layer.forward(slice(x, 1, 4, 7), { state: first.state });
  await evaluate([whole.output, second.output, whole.state.memory, second.state.memory]);
  // products of 8 features, each step's the same, rounded alike but for how a product of another size is cut
  const near = { absolute: 64 * ε };
  expectClose("output", await second.output.data(), await slice(whole.output, 1, 4, 7).data(), near);
  expectClose("state", await second.state.memory.data(), await whole.state.memory.data(), near);
});

test("past its length a row gives zeros, also where there are biases", async () => {
  const layer = new LinearAttention(8, 4, { bias: true, keyHeads: 2, rng: random(1) });
  for (const { bias } of [layer.output, layer.value])
    if (bias) bias.variable.initial = new Float32Array(8).fill(1).slice(0, bias.size);
  const { output } = layer.forward(draws([2, 3, 8], 1), { lengths: [3, 1] });
  const values = await output.data();
  expect(values.subarray(32).every((y) => y === 0)).toBe(true);
  expect(values.subarray(0, 32).every((y) => y !== 0)).toBe(true);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])(
  "past its length %s is of no account, also to gradients",
  async (other) => {
    const layer = new LinearAttention(8, 2, { bias: true, rng: random(1) });
    const lengths = [4, 2, 0];
    const steps = await draws([3, 4, 8], 1).data();
    const results = [];
    for (const past of [0, other]) {
      const data = steps.map((value, n) => (Math.floor(n / 8) % 4 < (lengths[Math.floor(n / 32)] ?? 0) ? value : past));
      const x = tensor(data, { shape: [3, 4, 8], allowNonFinite: true });
      const { output, state } = layer.forward(x, { lengths });
      const gradients = grad(add(sum(mul(output, output)), sum(state.memory)), [x, ...layer.parameters()]);
      await evaluate([output, state.memory, ...gradients]);
      results.push(await Promise.all([output, state.memory, ...gradients].map((each) => each.data())));
    }
    expect(results[1]).toEqual(results[0]);
  },
);

/** Says which value a key had last: each step shows a key with a value, the last one a key alone. */
class Recall extends Module {
  readonly layer: LinearAttention;
  readonly out: Linear;

  constructor(delta: boolean) {
    super();
    this.layer = new LinearAttention(2 * SYMBOLS, 1, { headSize: 16, delta, decay: false, rng: random(3) });
    this.out = new Linear(2 * SYMBOLS, SYMBOLS, { rng: random(4) });
  }

  forward(x: Tensor): Tensor {
    const [B = 0, T = 0, F = 0] = x.shape;
    return this.out.forward(reshape(slice(this.layer.forward(x).output, 1, T - 1, T), [B, F]));
  }
}

const SYMBOLS = 4;
const STEPS = 13;

/** Pairs of symbols, each key with several values in turn; what counts is the last. */
function recallTask(seed: number, B: number) {
  const rng = random(seed);
  const draw = rng.uniform(B * STEPS * 2, 0, SYMBOLS);
  const x = new Float32Array(B * STEPS * 2 * SYMBOLS);
  const y = new Int32Array(B);
  for (let b = 0; b < B; b++) {
    const last = new Map<number, number>();
    const symbol = (t: number, k: number) => Math.floor(draw[(b * STEPS + t) * 2 + k] as number);
    for (let t = 0; t < STEPS; t++) {
      const at = (b * STEPS + t) * 2 * SYMBOLS;
      const key = t < STEPS - 1 ? symbol(t, 0) : ([...last.keys()][symbol(t, 0) % last.size] as number);
      x[at + key] = 1;
      if (t === STEPS - 1) y[b] = last.get(key) as number;
      else {
        x[at + SYMBOLS + symbol(t, 1)] = 1;
        last.set(key, symbol(t, 1));
      }
    }
  }
  return { x: tensor(x, { shape: [B, STEPS, 2 * SYMBOLS] }), y: tensor(y) };
}

test("the delta rule learns to recall a key's last value of several, which adding values up cannot tell", async () => {
  const losses = [];
  for (const delta of [true, false]) {
    const model = new Recall(delta);
    const optimizer = new Adam(model.parameters(), { lr: 2e-2 });
    for (let step = 0; step < 600; step++) {
      const { x, y } = recallTask(step, 32);
      await learn(optimizer, crossEntropy(model.forward(x), y));
    }
    const { x, y } = recallTask(1000, 256);
    losses.push(await crossEntropy(model.forward(x), y).item());
    optimizer.dispose();
  }
  const [withDelta = 1, without = 0] = losses;
  expect(withDelta).toBeLessThan(0.4); // of ln 4 = 1.39 for who knows nothing
  expect(without).toBeGreaterThan(0.6);
});

test("a training step allocates nothing after the third", async () => {
  const layer = new LinearAttention(8, 2, { rng: random(2) });
  const optimizer = new Adam(layer.parameters(), { lr: 1e-3 });
  const target = draws([2, 6, 8], 3);
  let after = gpu.device.counters.snapshot();
  for (let step = 1; step <= 10; step++) {
    const { output } = layer.forward(draws([2, 6, 8], step));
    await learn(optimizer, mseLoss(output, target));
    if (step === 3) after = gpu.device.counters.snapshot();
  }
  await gpu.device.idle();
  const { buffers, bindGroups, pipelines } = gpu.device.counters.since(after);
  expect({ buffers, bindGroups, pipelines }).toEqual({ buffers: 0, bindGroups: 0, pipelines: 0 });
  optimizer.dispose();
});

describe("in ONNX Runtime", () => {
  test.each([{}, { decay: false }, { delta: false }, { keyHeads: 1, bias: true, valueHeadSize: 3 }])(
    "%o gives the same, over sizes that it was not traced with",
    async (options) => {
      const layer = new LinearAttention(8, 2, { ...options, rng: random(5) });
      const forward = ({ x }: Readonly<Record<string, Tensor>>) => {
        const { output, state } = layer.forward(x as Tensor);
        return { output, memory: state.memory };
      };
      const file = await exportONNX(layer, { inputs: { x: { shape: ["batch", "time", 8] } }, forward });
      const x = draws([3, 6, 8], 9);
      await expectOnnxGives(file, { x }, forward({ x }), 1e-5); // some 200 roundings of numbers below 4
    },
  );
});
