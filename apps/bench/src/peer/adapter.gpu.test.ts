import { currentDevice } from "@unroll/kernels";
import { expectClose, normal, seededRandom } from "@unroll/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import adapter from "./adapter";
import { attentionLoss, characterLoss, gruOutput, lstmOutput, namesLoss } from "./adapter.reference";
import type { CellData, PeerCases, PeerKind } from "./data";

beforeAll(async () => {
  await adapter.setup();
});
afterAll(() => currentDevice().dispose());

const floats = (length: number, seed: number, scale = 0.4) => Float32Array.from(normal([length], { seed, scale }).data);
const cell = (I: number, H: number, G: number, seed: number): CellData => ({
  W: floats(I * G * H, seed),
  U: floats(H * G * H, seed + 1),
  b: floats(G * H, seed + 2),
});
const tokens = (length: number, below: number, seed: number) => {
  const random = seededRandom(seed);
  return Int32Array.from({ length }, () => Math.floor(random() * below));
};

/** Runs a forward kind once: all of its result, and the number that `sync` reads. */
async function forward<Kind extends PeerKind>(
  kind: Kind,
  params: PeerCases[Kind]["params"],
  data: PeerCases[Kind]["data"],
) {
  const runner = await adapter.prepare(kind, params, data);
  const handle = runner.run();
  const last = await runner.sync(handle);
  const output = await runner.output(handle);
  runner.free(handle);
  return { last, output };
}

/** Losses of three training steps. */
async function losses<Kind extends PeerKind>(
  kind: Kind,
  params: PeerCases[Kind]["params"],
  data: PeerCases[Kind]["data"],
) {
  const runner = await adapter.prepare(kind, params, data);
  const found: number[] = [];
  for (let step = 0; step < 3; step++) {
    const handle = runner.run();
    found.push(await runner.sync(handle));
    runner.free(handle);
  }
  return found;
}

// sums of at most 12 products of numbers below 3, through σ and tanh whose slopes are at most 1, over 4 steps
const tolerance = { absolute: 2e-5, relative: 0 };
const size = { B: 2, T: 4, I: 5, H: 7 };

test("an LSTM's gates and weights are the harness's", async () => {
  const data = { ...cell(5, 7, 4, 1), x: floats(2 * 4 * 5, 9) };
  const { output, last } = await forward("lstm", size, data);
  expectClose("LSTM", output, lstmOutput(size, data, data.x), tolerance);
  expect(last).toBe(output.at(-1));
});

test("a GRU's gates and weights are the harness's, and its recurrent bias is zero", async () => {
  const data = { ...cell(5, 7, 3, 1), x: floats(2 * 4 * 5, 9) };
  const { output } = await forward("gru", size, data);
  expectClose("GRU", output, gruOutput(size, data, data.x), tolerance);
});

test("the character model begins at the loss of the harness's weights, and learns", async () => {
  const params = { V: 6, H: 7, L: 2, B: 3, T: 4 };
  const data = {
    layers: [cell(6, 7, 4, 1), cell(7, 7, 4, 4)],
    Wo: floats(7 * 6, 7),
    bo: floats(6, 8),
    x: tokens(12, 6, 9),
    y: tokens(12, 6, 10),
  };
  const [first = 0, second = 0, third = 0] = await losses("charlm", params, data);
  expect(first).toBeCloseTo(characterLoss(params, data), 5);
  expect(second).toBeLessThan(first);
  expect(third).toBeLessThan(second);
});

test("the names model begins at the loss of the harness's weights, and learns", async () => {
  const params = { V: 6, H: 7, T: 4, C: 5, B: 3 };
  const data = { ...cell(6, 7, 1, 1), Wo: floats(35, 7), bo: floats(5, 8), x: tokens(12, 6, 9), y: tokens(3, 5, 10) };
  const [first = 0, second = 0, third = 0] = await losses("names", params, data);
  expect(first).toBeCloseTo(namesLoss(params, data), 5);
  expect(second).toBeLessThan(first);
  expect(third).toBeLessThan(second);
});

test("the attention model begins at the loss of the harness's weights, and learns", async () => {
  const [B, Ts, Tt, H, V] = [3, 5, 4, 7, 6];
  const params = { B, Ts, Tt, H, V };
  const data = {
    ...cell(2 * H, H, 3, 1),
    ...{ E: floats(V * H, 11), Wq: floats(H * H, 12), We: floats(H * H, 13), v: floats(H, 14) },
    ...{ enc: floats(B * Ts * H, 15), h0: floats(B * H, 16), Wo: floats(H * V, 7), bo: floats(V, 8) },
    ...{ x: tokens(B * Tt, V, 9), y: tokens(B * Tt, V, 10) },
  };
  const [first = 0, second = 0, third = 0] = await losses("attn", params, data);
  expect(first).toBeCloseTo(attentionLoss(params, data), 5);
  expect(second).toBeLessThan(first);
  expect(third).toBeLessThan(second);
});

test("a product, softmax and layer norm", async () => {
  const product = await forward("matmul", { n: 2 }, { A: Float32Array.of(1, 2, 3, 4), B: Float32Array.of(5, 6, 7, 8) });
  expect([...product.output]).toEqual([19, 22, 43, 50]);

  const shares = await forward("softmax", { rows: 1, cols: 2 }, { x: Float32Array.of(0, Math.log(3)) });
  expectClose("softmax", shares.output, [0.25, 0.75], tolerance);

  const params = { rows: 1, cols: 2, eps: 0 };
  const data = { x: Float32Array.of(1, 3), gamma: Float32Array.of(2, 3), beta: Float32Array.of(10, 20) };
  expectClose("layer norm", (await forward("layernorm", params, data)).output, [8, 23], tolerance);
});

test("an embedding's gradient adds up what each token got", async () => {
  const data = { table: floats(6, 1), idx: Int32Array.of(2, 0, 2), dOut: Float32Array.of(1, 2, 3, 4, 5, 6) };
  const { output } = await forward("embed", { V: 3, D: 2, N: 3 }, data);
  expect([...output]).toEqual([3, 4, 0, 0, 6, 8]);
});

test("what is not there is said", () => {
  expect(adapter.supports("lstm")).toBe(true);
  expect(adapter.supports("ctc")).toMatchInlineSnapshot(`"no such kind here"`);
});
