import { describe, expect, test } from "vitest";
import {
  Adam,
  add,
  Cell,
  detach,
  dropout,
  ElmanCell,
  evaluate,
  explain,
  type Generator,
  grad,
  mul,
  type Parameter,
  parameter,
  planStatistics,
  Recurrent,
  random,
  reshape,
  SGD,
  type StepResult,
  square,
  sum,
  type Tensor,
  tensor,
} from "..";
import { bitsOf } from "../test-support/bits";
import { useTestDevice } from "../test-support/device";

const gpu = useTestDevice();
const [B, T, I] = [2, 5, 3];
const input = (seed: number): Tensor => tensor(random(seed).normal(B * T * I), { shape: [B, T, I] });

type State = { h: Tensor };

/** h_t = gain·h_{t−1} + x_t + offset, where the two come from what a test says at each step. */
class Told extends Cell<State> {
  readonly weight: Parameter = parameter({ data: Float32Array.of(0.5), shape: [1] });
  constructor(readonly tell: (x: Tensor) => Tensor) {
    super({ inputSize: I, outputSize: I, states: { h: I } });
  }
  step(x: Tensor, { h }: State): StepResult<State> {
    const next = add(mul(h, this.weight), this.tell(x));
    return { output: next, state: { h: next } };
  }
}

/** The sum of its input, feature by feature. */
class Sum extends Cell<State> {
  constructor() {
    super({ inputSize: 1, outputSize: 1, states: { h: 1 } });
  }
  step(x: Tensor, { h }: State): StepResult<State> {
    const next = add(h, x);
    return { output: next, state: { h: next } };
  }
}

/** What h is after the last step, on the host. */
function expected(x: ArrayLike<number>, told: (x: number, t: number, i: number) => number): number[] {
  const h = new Array<number>(B * I).fill(0);
  for (let t = 0; t < T; t++) {
    for (let n = 0; n < B * I; n++) {
      const [b, i] = [Math.floor(n / I), n % I];
      h[n] = (h[n] as number) * 0.5 + told(x[(b * T + t) * I + i] as number, t, i);
    }
  }
  return h;
}

const close = (values: readonly number[]): unknown[] => values.map((value) => expect.closeTo(value, 4));

describe("a loop of which one step stands for all", () => {
  test("reads numbers afresh that a step makes", async () => {
    let factor = 2;
    const layer = new Recurrent(new Told((x) => mul(x, factor)));
    const { misses } = planStatistics(gpu.device);
    for (const next of [2, 3, -1]) {
      factor = next;
      const x = input(next + 5);
      const { h } = layer.forward(x).state;
      expect([...(await h.data())]).toEqual(close(expected(await x.data(), (value) => value * next)));
    }
    expect(planStatistics(gpu.device).misses - misses).toBe(1);
  });

  test("reads constants afresh that a step makes, and a tensor that it was given", async () => {
    let values = [1, 2, 3];
    let outside = tensor([1, 1, 1]);
    const layer = new Recurrent(new Told((x) => add(add(x, tensor(values)), mul(outside, 2))));
    const { misses } = planStatistics(gpu.device);
    for (const k of [1, 2, 3]) {
      values = [k, 2 * k, -k];
      outside = tensor([k, k, k]);
      const x = input(k);
      const { h } = layer.forward(x).state;
      const told = (value: number, _: number, i: number): number => value + (values[i] as number) + 2 * k;
      expect([...(await h.data())]).toEqual(close(expected(await x.data(), told)));
    }
    expect(planStatistics(gpu.device).misses - misses).toBe(1);
  });

  test("whose steps differ, against what was asked of them, still computes what they say", async () => {
    const factors: number[] = [];
    const layer = new Recurrent(
      new Told((x) => {
        factors.push(factors.length % 2 === 0 ? 1 : -1);
        return mul(x, factors.at(-1) as number);
      }),
    );
    for (const seed of [1, 2, 3]) {
      const x = input(seed);
      const { h } = layer.forward(x).state;
      const values = [...(await h.data())];
      const told = factors.slice(-T); // before those, one may have been asked for that stood for all
      expect(values).toEqual(close(expected(await x.data(), (value, t) => value * (told[t] as number))));
    }
  });

  test("draws random numbers of their own at each step, and a seed repeats", async () => {
    const make = (rng: Generator): Recurrent<State> => new Recurrent(new Told((x) => dropout(x, 0.5, { rng })));
    const ones = tensor(new Float32Array(B * T * I).fill(1), { shape: [B, T, I] });
    const runs = [make(random(4)), make(random(4))].map((layer) => [
      layer.forward(ones).output,
      layer.forward(ones).output,
    ]);
    await evaluate(runs.flat());
    const [[first, second], [again]] = runs as [[Tensor, Tensor], [Tensor]];
    expect(await bitsOf(first)).toEqual(await bitsOf(again));
    expect(await bitsOf(first)).not.toEqual(await bitsOf(second));
    const values = await first.data();
    const drops = (t: number): string => {
      const step = Array.from({ length: I }, (_, i) => {
        const before = t === 0 ? 0 : (values[(t - 1) * I + i] as number);
        return (values[t * I + i] as number) - 0.5 * before > 1 ? 2 : 0;
      });
      return step.join();
    };
    expect(new Set(Array.from({ length: T }, (_, t) => drops(t))).size).toBeGreaterThan(1);
  });

  test("gives gradients where they are asked for before anything was planned, and after", async () => {
    const cell = new ElmanCell(I, 4, { rng: random(1) });
    const layer = new Recurrent(cell);
    const x = input(1);
    const lossOf = (): Tensor => sum(square(layer.forward(x).output));
    const [first] = grad(lossOf(), [cell.weightHh]) as [Tensor];
    const loss = lossOf();
    await evaluate([loss]);
    const again = lossOf();
    const [second, dx] = grad(again, [cell.weightHh, x]) as [Tensor, Tensor];
    await evaluate([first, second, dx, again]);
    expect(await bitsOf(second)).toEqual(await bitsOf(first));
    expect(await bitsOf(again)).toEqual(await bitsOf(loss));
    expect([...(await dx.data())].every((value) => value !== 0)).toBe(true);
  });

  test("may have a loop in it", async () => {
    const inner = new Recurrent(new Sum());
    /** h_t = 0.5·h_{t−1} + Σ of the features of x_t */
    const layer = new Recurrent(
      new Told((x) => add(mul(x, 0), reshape(inner.forward(reshape(x, [B, I, 1])).state.h, [B, 1]))),
    );
    for (const seed of [1, 2]) {
      const x = input(seed);
      const values = [...(await x.data())];
      const { h } = layer.forward(x).state;
      const [dx] = grad(sum(h), [x]) as [Tensor];
      await evaluate([h, dx]);
      const sums = Array.from({ length: B * T }, (_, n) => values.slice(n * I, (n + 1) * I).reduce((a, b) => a + b, 0));
      const last = Array.from({ length: B * I }, (_, n) => {
        const b = Math.floor(n / I);
        return sums.slice(b * T, (b + 1) * T).reduce((state, value) => 0.5 * state + value, 0);
      });
      expect([...(await h.data())]).toEqual(close(last));
      const slopes = Array.from({ length: B * T * I }, (_, n) => I * 0.5 ** (T - 1 - (Math.floor(n / I) % T)));
      expect([...(await dx.data())]).toEqual(close(slopes));
    }
  });

  test("refuses a gradient with parameters that changed since it was recorded", async () => {
    const cell = new ElmanCell(I, 4, { rng: random(1) });
    const layer = new Recurrent(cell);
    const stale = sum(square(layer.forward(input(1)).output));
    const optimizer = new SGD(cell.parameters(), { lr: 0.1 });
    await optimizer.minimize(sum(square(layer.forward(input(1)).output)));
    expect(() => grad(stale, [cell.weightHh])).toThrow(/was changed after/);
    expect(() => optimizer.minimize(stale)).toThrow(/was changed after/);
    optimizer.dispose();
  });

  test("records one step for a training step, whatever its length, once it is known", async () => {
    let recorded = 0;
    const layer = new Recurrent(
      new Told((x) => {
        recorded++;
        return square(x);
      }),
    );
    const optimizer = new SGD(layer.parameters(), { lr: 1e-3 });
    for (const [step, count] of [1 + T, 1, 1].entries()) {
      recorded = 0;
      await optimizer.minimize(sum(layer.forward(input(step)).output));
      expect(recorded).toBe(count); // at first also all of them, of which the plan is made
    }
    optimizer.dispose();
  });

  test("is planned once for a length, and planned anew for another", async () => {
    const layer = new Recurrent(new ElmanCell(I, 4, { rng: random(1) }));
    const optimizer = new Adam(layer.parameters(), { lr: 1e-3 });
    const step = async (steps: number): Promise<void> => {
      const x = tensor(random(steps).normal(B * steps * I), { shape: [B, steps, I] });
      await optimizer.minimize(sum(square(layer.forward(x).output)));
    };
    const { misses } = planStatistics(gpu.device);
    for (const steps of [4, 6, 4, 6, 4]) await step(steps);
    expect(planStatistics(gpu.device).misses - misses).toBe(2);
    optimizer.dispose();
  });

  test("carries a state that was evaluated over chunks", async () => {
    const layer = new Recurrent(new ElmanCell(I, 4, { rng: random(1) }));
    const x = input(3);
    const whole = layer.forward(x);
    const first = layer.forward(
      tensor((await x.data()).slice(0, B * T * I) as Float32Array<ArrayBuffer>, { shape: [B, T, I] }),
    );
    await evaluate([first.state.h]);
    const second = layer.forward(x, { state: { h: detach(first.state.h) } });
    const { calls } = await explain(second.output);
    expect(calls.filter(({ kernel }) => kernel === "matmul").length).toBeLessThanOrEqual(T + 1);
    await evaluate([whole.state.h, second.output]);
    expect(await bitsOf(whole.state.h)).toEqual(await bitsOf(first.state.h));
  });
});
