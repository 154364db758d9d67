import { Adam, add, explain, grad, random, reshape, sum, type Tensor, tensor } from "@unroll/nn";
import { learn } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import type { Attention } from "./attention";
import { AdditiveAttention, CoverageAttention, DotAttention, GeneralAttention } from "./scores";
import { attendAll } from "./test-support/check-attention";
import { useTestDevice } from "./test-support/device";

const gpu = useTestDevice();
const [B, S, Q] = [2, 5, 8];

const numbers = (...shape: number[]): Tensor => tensor(random(1).normal(shape.reduce((a, b) => a * b, 1)), { shape });

/** Dispatches of T queries that come one after another, each made of the context before, forward and backward. */
async function dispatchesOf(
  attention: Attention,
  T: number,
): Promise<{ forward: number; all: number; kernels: string[] }> {
  const memory = numbers(B, S, Q);
  const prepared = attention.prepare(memory, { lengths: [5, 3] });
  let state = attention.initialState(prepared);
  let query = numbers(B, Q);
  for (let t = 0; t < T; t++) {
    const attended = attention.attend(query, prepared, state);
    query = attended.context;
    state = attended.state;
  }
  const loss = sum(query);
  const forward = await explain(loss);
  const gradients = grad(loss, [memory, ...attention.parameters()]);
  const both = await explain(gradients.map((gradient) => sum(gradient)).reduce((a, b) => add(a, b)));
  return { forward: forward.dispatches, all: both.dispatches, kernels: both.calls.map(({ kernel }) => kernel) };
}

describe.each([
  { name: "additive", make: () => new AdditiveAttention(Q, Q), forward: 2, backward: 3 },
  { name: "dot", make: () => new DotAttention(Q), forward: 1, backward: 2 },
  { name: "general", make: () => new GeneralAttention(Q, Q), forward: 1, backward: 2 },
  { name: "coverage", make: () => new CoverageAttention(Q, Q), forward: 3, backward: 6 },
])("$name", ({ make, forward, backward }) => {
  test(`a decoder's step takes at most ${forward} dispatches, and ${backward} backward`, async () => {
    const [short, long] = [await dispatchesOf(make(), 14), await dispatchesOf(make(), 28)];
    expect(long.forward - short.forward).toBeLessThanOrEqual(14 * forward);
    const back = long.all - long.forward - (short.all - short.forward);
    expect(back).toBeLessThanOrEqual(14 * backward);
  });
});

test("the gradients of what all steps share are made at once", async () => {
  const { kernels } = await dispatchesOf(new AdditiveAttention(Q, Q), 14);
  const count = (name: string): number => kernels.filter((kernel) => kernel.replace(/_lanes_\d$/, "") === name).length;
  expect(["additive_attention", "additive_attention_backward", "additive_key_gradients"].map(count)).toEqual([
    14, 14, 1,
  ]);
});

test("a training step of them allocates nothing after the third", async () => {
  const attention = new AdditiveAttention(Q, Q, { rng: random(2) });
  const optimizer = new Adam(attention.parameters(), { lr: 1e-3 });
  let after = gpu.device.counters.snapshot();
  for (let step = 1; step <= 12; step++) {
    const { context } = attendAll(attention, reshape(numbers(B, 6 * Q), [B, 6, Q]), numbers(B, S, Q), [5, 3], true);
    await learn(optimizer, sum(context));
    if (step === 3) after = gpu.device.counters.snapshot();
  }
  await gpu.device.idle();
  const { buffers, bindGroups, pipelines, submissions } = gpu.device.counters.since(after);
  expect({ buffers, bindGroups, pipelines, submissions }).toEqual({
    buffers: 0,
    bindGroups: 0,
    pipelines: 0,
    submissions: 9,
  });
  optimizer.dispose();
});
