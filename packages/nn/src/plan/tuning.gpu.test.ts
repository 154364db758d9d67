import { type ChoicePolicy, type Device, open } from "@unroll/kernels";
import { afterEach, expect, test } from "vitest";
import { crossEntropy, Linear, LSTM, planStatistics, random, SGD, type Tensor, tensor } from "..";

const [B, T, V, H] = [16, 12, 11, 32]; // two tiles of rows or four: which is faster has to be measured
const draw = (seed: number): Tensor =>
  tensor(
    Int32Array.from({ length: B * T }, (_, n) => (n * seed) % V),
    { shape: [B, T], dtype: "i32" },
  );

const opened: Device[] = [];
afterEach(() => {
  for (const device of opened.splice(0)) device.dispose();
});

/** A small character model, and why its training step runs what it runs. */
async function setUp(policy: ChoicePolicy) {
  const device = await open({ onWarning: () => undefined, choices: { policy } });
  opened.push(device);
  const rng = random(3);
  const lstm = new LSTM(V, H, { rng });
  const out = new Linear(H, V, { rng });
  const optimizer = new SGD([...lstm.parameters(), ...out.parameters()], { lr: 0.5 });
  const [x, y] = [draw(5), draw(3)];
  const lossOf = () => crossEntropy(out.forward(lstm.forward(x).output), y);
  const step = async () => {
    const loss = lossOf();
    await optimizer.minimize(loss);
    return (await loss.item()) as number;
  };
  const reasons = async () =>
    (await optimizer.explain(lossOf())).calls.map(({ kernel, reason }) => `${kernel}: ${reason}`);
  return { device, step, reasons };
}

test("a plan that is run again and again has its kernels measured, and no loss changes by a bit", async () => {
  const measured = await setUp("measured");
  const losses: number[] = [];
  const until = performance.now() + 60_000;
  const isTuned = async () => (await measured.reasons()).some((reason) => reason.includes("measured: fastest of"));
  while (losses.length < 20 || (!(await isTuned()) && performance.now() < until)) losses.push(await measured.step());
  expect(await isTuned()).toBe(true);
  for (let more = 0; more < 5; more++) losses.push(await measured.step());

  const expected = await setUp("expected");
  const others: number[] = [];
  for (const _ of losses) others.push(await expected.step());
  expect(others).toEqual(losses);
  expect((await expected.reasons()).filter((reason) => reason.includes("measured"))).toEqual([]);
  expect((await expected.reasons()).some((reason) => reason.includes("expected to be the fastest of"))).toBe(true);
});

test("a plan that ran a few times only is not measured", async () => {
  const { device, step, reasons } = await setUp("measured");
  for (let run = 0; run < 5; run++) await step();
  await device.idle();
  expect(planStatistics(device).hits).toBeGreaterThan(0);
  expect((await reasons()).filter((reason) => reason.includes("measured"))).toEqual([]);
});
