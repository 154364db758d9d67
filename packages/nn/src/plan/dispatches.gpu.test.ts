import { type ChoicePolicy, type Device, open } from "@unroll/kernels";
import { learn } from "@unroll/testing";
import { afterEach, expect, test } from "vitest";
import { Adam, crossEntropy, Linear, LSTM, type Tensor, tensor } from "..";

const [V, H, B, T] = [64, 128, 16, 64]; // a character model that several libraries are measured with

const opened: Device[] = [];
afterEach(() => {
  for (const device of opened.splice(0)) device.dispose();
});

const classes = (seed: number): Tensor =>
  tensor(
    Int32Array.from({ length: B * T }, (_, n) => (n * seed) % V),
    { shape: [B, T], dtype: "i32" },
  );

/** What the sixth training step makes, and the loss before each. */
async function train(policy: ChoicePolicy) {
  const device = await open({ onWarning: () => undefined, choices: { policy } });
  opened.push(device);
  const lstm = new LSTM(V, H, { init: "keras" });
  const out = new Linear(H, V, { init: "keras" });
  const optimizer = new Adam([...lstm.parameters(), ...out.parameters()], { lr: 1e-3, clipNorm: 5 });
  let before = device.counters.snapshot();
  for (let step = 0; step < 6; step++) {
    before = device.counters.snapshot();
    await learn(optimizer, crossEntropy(out.forward(lstm.forward(classes(5)).output), classes(3)));
  }
  await device.idle();
  return device.counters.since(before);
}

test.each([
  { policy: "expected", most: 24 },
  { policy: "plain", most: 150 },
] as const)(
  "a step of the character model makes at most $most dispatches: $policy kernels",
  async ({ policy, most }) => {
    const made = await train(policy);
    expect(made.dispatches).toBeLessThanOrEqual(most);
    expect(made.dispatches).toBeGreaterThan(policy === "plain" ? 2 * T : 10);
    const { submissions, buffers, bindGroups, pipelines } = made;
    expect({ submissions, buffers, bindGroups, pipelines }).toEqual({
      submissions: 1,
      buffers: 0,
      bindGroups: 0,
      pipelines: 0,
    });
  },
);
