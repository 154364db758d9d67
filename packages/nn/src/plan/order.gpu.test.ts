import { describe, expect, test } from "vitest";
import {
  Adam,
  add,
  assign,
  dropout,
  evaluate,
  mul,
  type Parameter,
  parameter,
  random,
  SGD,
  sum,
  type Tensor,
  tensor,
} from "..";
import { useTestDevice } from "../test-support/device";
import { batch, Classifier, lossOf } from "../test-support/models";

const gpu = useTestDevice();
const sizes = { I: 3, H: 5, C: 4 };
const numbers = (...values: number[]): Parameter =>
  parameter({ data: Float32Array.from(values), shape: [values.length] });
const weightsOf = (model: Classifier): Promise<unknown[]> => Promise.all(model.parameters().map((p) => p.data()));

describe("the order of work", () => {
  test("updates asked for without waiting, while the first is compiled, give the same bits as awaited ones", async () => {
    // Shapes of the two runs differ from those of other tests and not from each other: the first run compiles.
    const run = async (wait: boolean): Promise<unknown> => {
      const model = new Classifier("LSTM", sizes, 3);
      const optimizer = new Adam(model.parameters(), { lr: 0.01 });
      const losses: Tensor[] = [];
      let last = Promise.resolve();
      for (let step = 0; step < 6; step++) {
        const loss = lossOf(model, batch({ ...sizes, B: 3, T: 4 + (step % 2), seed: step }));
        losses.push(loss);
        last = optimizer.minimize(loss);
        if (wait) await last;
      }
      await last;
      const found = { losses: await Promise.all(losses.map((loss) => loss.item())), weights: await weightsOf(model) };
      optimizer.dispose();
      return found;
    };
    const hurried = await run(false);
    expect(hurried).toEqual(await run(true));
  });

  test("a value asked for between two updates sees the first and not the second", async () => {
    const p = numbers(10);
    const optimizer = new SGD([p], { lr: 1 });
    const jobs = [optimizer.minimize(sum(mul(p, 3)))];
    const between = mul(p, 2);
    jobs.push(evaluate([between]));
    jobs.push(optimizer.minimize(sum(mul(p, 3))));
    await Promise.all(jobs);
    expect(await between.item()).toBe(14);
    expect(await p.item()).toBe(4);
    optimizer.dispose();
  });

  test("a plan that queued work will run is not let go, however many others are asked for meanwhile", async () => {
    const again = (): Tensor => add(tensor([1, 2, 3, 4, 5]), 3);
    await evaluate([again()]);
    const late = again();
    const jobs = [evaluate([mul(tensor([1, 2, 3, 4, 5, 6]), 3)]), evaluate([late])]; // the first compiles, so both wait
    for (let n = 400; n < 700; n++) jobs.push(evaluate([mul(tensor(new Float32Array(n)), 3)]));
    await Promise.all(jobs);
    expect(await late.data()).toEqual(Float32Array.of(4, 5, 6, 7, 8));
  });

  test("an array that the caller changes after an un-awaited call is read as it was", async () => {
    const values = Float32Array.of(1, 2, 3, 4, 5, 6, 7);
    const y = mul(add(tensor(values), 0.5), 4);
    const done = evaluate([y]);
    values.fill(99);
    await done;
    expect(await y.data()).toEqual(Float32Array.of(6, 10, 14, 18, 22, 26, 30));
  });

  test("a tensor recorded before an update cannot be computed after it; asked for with it, it can", async () => {
    const p = numbers(1, 2);
    p.name = "scale";
    const optimizer = new SGD([p], { lr: 0.5 });
    const [late, early] = [mul(p, 10), mul(p, 20)];
    await optimizer.minimize(sum(p), { evaluate: [early] });
    await expect(async () => late.data()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: evaluate: the parameter scale was changed after this tensor was recorded and before it was computed. Ask for it with the update, minimize(loss, { evaluate: [tensor] }); a later step goes on from detach(tensor).]`,
    );
    expect(await early.data()).toEqual(Float32Array.of(20, 40));
    expect(await mul(p, 10).data()).toEqual(Float32Array.of(5, 15));
    optimizer.dispose();
  });

  test("a loss computed already is refused by minimize", async () => {
    const p = numbers(1);
    const optimizer = new SGD([p], { lr: 0.5 });
    const loss = sum(p);
    await loss.item();
    expect(() => optimizer.minimize(loss)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: SGD.minimize: the loss should be not computed yet but is evaluated already. Call minimize before asking for the loss: it computes it too.]`,
    );
    expect(await p.item()).toBe(1);
    optimizer.dispose();
  });
});

describe("assign", () => {
  test("computes all values before it writes any: two parameters swap", async () => {
    const [a, b] = [numbers(1, 2), numbers(3, 4)];
    await assign([
      [a, mul(b, 1)],
      [b, mul(a, 1)],
    ]);
    expect([await a.data(), await b.data()]).toEqual([Float32Array.of(3, 4), Float32Array.of(1, 2)]);
    await assign([
      [a, b],
      [b, a],
    ]);
    expect([await a.data(), await b.data()]).toEqual([Float32Array.of(1, 2), Float32Array.of(3, 4)]);
  });

  test("writes to a parameter that was never used, and to one that lies in an optimizer", async () => {
    const [fresh, trained] = [numbers(1, 2), numbers(5, 6)];
    const optimizer = new SGD([trained], { lr: 1 });
    await optimizer.minimize(sum(trained));
    await assign([
      [fresh, mul(trained, 10)],
      [trained, Float32Array.of(8, 9)],
    ]);
    expect(await fresh.data()).toEqual(Float32Array.of(40, 50));
    await optimizer.minimize(sum(trained));
    expect(await trained.data()).toEqual(Float32Array.of(7, 8));
    optimizer.dispose();
  });

  test("is seen by every graph recorded later, and refused to those recorded before", async () => {
    const p = numbers(1);
    const before = mul(p, 2);
    await assign([[p, Float32Array.of(5)]]);
    expect(await mul(p, 2).item()).toBe(10);
    await expect(async () => before.item()).rejects.toThrow(/was changed after this tensor was recorded/);
  });
});

describe("dropout in a plan", () => {
  test("draws fresh numbers at every replay, and the same ones again from the same seed", async () => {
    const run = async (seed: number): Promise<string[]> => {
      const rng = random(seed);
      const masks: string[] = [];
      for (let step = 0; step < 4; step++) {
        masks.push((await dropout(tensor(new Float32Array(64).fill(1)), 0.5, { rng }).data()).join());
      }
      return masks;
    };
    const first = await run(11);
    const before = gpu.device.counters.snapshot();
    expect(await run(11)).toEqual(first);
    expect(gpu.device.counters.since(before).pipelines).toBe(0);
    expect(new Set([...first, ...(await run(12))]).size).toBe(8);
  });
});
