import { expect, test } from "vitest";
import {
  add,
  dropout,
  explain,
  grad,
  Linear,
  linear,
  loopOverSteps,
  mul,
  planStatistics,
  random,
  SGD,
  stack,
  sum,
  type Tensor,
  tanh,
  tensor,
  unstack,
} from "..";
import { useTestDevice } from "../test-support/device";

const gpu = useTestDevice();
const [B, H] = [3, 4];
const layer = () => new Linear(H, H, { rng: random(1), bias: false });
const input = (T: number): Tensor => tensor(random(2).normal(B * T * H), { shape: [B, T, H] });
const start = (): Tensor => tensor(random(3).normal(B * H), { shape: [B, H] });

/** h_t = tanh(x_t + W·h_{t−1}), and how often a step was recorded. */
function run(owner: object, x: Tensor, w: Tensor, each: (h: Tensor) => Tensor = (h) => h) {
  let recorded = 0;
  const { outputs, state } = loopOverSteps({
    owner,
    inputs: { x },
    state: { h: start() },
    shared: { w },
    step: ({ x: now }, { h }, { w: weight }) => {
      recorded++;
      const next = each(tanh(add(now, linear(h, weight))));
      return { outputs: { h: next, twice: mul(next, 2) }, state: { h: next } };
    },
  });
  return { outputs, state, recorded: () => recorded };
}

test("a loop is its steps one after another, gradients too", async () => {
  const { weight } = layer();
  const x = input(5);
  const { outputs, state } = run({}, x, weight);
  let h = start();
  const steps = unstack(x, 1).map((now) => {
    h = tanh(add(now, linear(h, weight)));
    return h;
  });
  const wanted = stack(steps, 1);
  expect(await outputs.h.data()).toEqual(await wanted.data());
  expect(await outputs.twice.data()).toEqual(await mul(wanted, 2).data());
  expect(await state.h.data()).toEqual(await h.data());
  const [dx, dw] = grad(sum(add(outputs.h, outputs.twice)), [x, weight]) as [Tensor, Tensor];
  const [ex, ew] = grad(sum(mul(wanted, 3)), [x, weight]) as [Tensor, Tensor];
  for (const [got, want] of [
    [dx, ex],
    [dw, ew],
  ] as const) {
    const b = await want.data();
    // 1 + 2 and 3 round alike but for the last bit of each of B·T sums
    for (const [k, a] of (await got.data()).entries()) expect(Math.abs(a - (b[k] as number))).toBeLessThan(2 ** -19);
  }
});

test("a training step records one step, however many there are, and finds its plan", async () => {
  const owner = layer();
  const optimizer = new SGD(owner.parameters(), { lr: 0.1 });
  for (const T of [3, 40]) {
    for (let turn = 0; turn < 3; turn++) {
      const { misses } = planStatistics(gpu.device);
      const { outputs, recorded } = run(owner, input(T), owner.weight);
      await optimizer.minimize(sum(outputs.h));
      if (turn < 2) continue;
      expect(recorded()).toBe(1);
      expect(planStatistics(gpu.device).misses).toBe(misses);
    }
  }
  optimizer.dispose();
});

test("steps that draw are recorded each, and each draws its own", async () => {
  const rng = random(4);
  const { outputs, recorded } = run({}, input(6), layer().weight, (h) => dropout(h, 0.5, { rng }));
  expect(recorded()).toBe(7);
  const values = await outputs.h.data();
  const dropped = new Set(
    Array.from({ length: 6 }, (_, t) =>
      [0, 1, 2]
        .map((b) =>
          values
            .slice((b * 6 + t) * H, (b * 6 + t + 1) * H)
            .map((v) => (v === 0 ? 1 : 0))
            .join(""),
        )
        .join(),
    ),
  );
  expect(dropped.size).toBeGreaterThan(1);
});

test("outputs that nobody asks for are not put side by side", async () => {
  const { outputs } = run({}, input(7), layer().weight);
  const joins = async (of: Tensor): Promise<number> =>
    (await explain(of)).calls.filter(({ kernel }) => kernel.startsWith("concat")).length;
  expect([await joins(outputs.h), await joins(add(outputs.h, outputs.twice))]).toEqual([1, 2]);
});

test.each([{ reverse: false }, { reverse: true }])(
  "padded steps are passed over, reverse: $reverse",
  async ({ reverse }) => {
    const { weight } = layer();
    const [T, lengths] = [5, [5, 2, 0]];
    const [x, h] = [random(2).normal(B * T * H), random(3).normal(B * H)];
    const active = tensor(
      Uint32Array.from({ length: B * T }, (_, at) => (at % T < (lengths[Math.floor(at / T)] as number) ? 1 : 0)),
      {
        shape: [B, T],
        dtype: "bool",
      },
    );
    const loop = (inputs: Tensor, state: Tensor, rows?: Tensor) =>
      loopOverSteps({
        owner: {},
        inputs: { x: inputs },
        state: { h: state },
        shared: { w: weight },
        active: rows,
        reverse,
        step: ({ x: now }, { h: before }, { w }) => {
          const next = tanh(add(now, linear(before, w)));
          return { outputs: { h: next }, state: { h: next } };
        },
      });
    const all = loop(tensor(x, { shape: [B, T, H] }), tensor(h, { shape: [B, H] }), active);
    const [outputs, state] = await Promise.all([all.outputs.h.data(), all.state.h.data()]);
    for (const [row, length] of lengths.entries()) {
      const start = h.slice(row * H, (row + 1) * H);
      if (length === 0) {
        expect(state.slice(row * H, (row + 1) * H)).toEqual(start);
        continue;
      }
      const own = x.slice(row * T * H, (row * T + length) * H);
      const alone = loop(tensor(own, { shape: [1, length, H] }), tensor(start, { shape: [1, H] }));
      expect(outputs.slice(row * T * H, (row * T + length) * H)).toEqual(await alone.outputs.h.data());
      expect(state.slice(row * H, (row + 1) * H)).toEqual(await alone.state.h.data());
    }
  },
);
