import { normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import {
  Adafactor,
  Adam,
  add,
  assign,
  LAMB,
  Linear,
  mean,
  mseLoss,
  mul,
  type Optimizer,
  Parameter,
  parameterGroups,
  planStatistics,
  plateau,
  random,
  SGD,
  sum,
  tensor,
} from "..";
import { bitsOf } from "../test-support/bits";
import { useTestDevice } from "../test-support/device";
import { type ArrayRule, adafactorRule, lambRule } from "./optim.reference";

const gpu = useTestDevice();

const parameterOf = (shape: number[], seed: number) => {
  const size = shape.reduce((a, b) => a * b, 1);
  return new Parameter(Float32Array.from(normal([size], { seed }).data), shape);
};
const gradientOf = ({ size }: Parameter, seed: number) => Float32Array.from(normal([size], { seed }).data);
/** A loss whose gradients are the very numbers given. */
const lossWith = (pairs: readonly (readonly [Parameter, Float32Array<ArrayBuffer>])[]) =>
  pairs.map(([p, g]) => sum(mul(p, tensor(g, { shape: [...p.shape] })))).reduce((a, b) => add(a, b));

describe("groups of parameters", () => {
  test("have rates and decay of their own, others the optimizer's, and rates change without a new plan", async () => {
    const [p, q, r] = [parameterOf([3], 1), parameterOf([200], 2), parameterOf([1], 3)];
    const before = await Promise.all([p, q, r].map((each) => each.data()));
    const optimizer = new SGD(
      [
        { parameters: [p], lr: 0.5, weightDecay: 0 },
        { parameters: [q], lr: (t) => 0.25 / (t + 1) },
        { parameters: [r] },
      ],
      { lr: 0.125, weightDecay: 0.5 },
    );
    const rates = [0.5, 0.25, 0.125];
    const decays = [0, 0.5, 0.5];
    const expected = before.map((values) => Float64Array.from(values));
    for (let step = 0; step < 3; step++) {
      const gradients = [p, q, r].map((each, k) => gradientOf(each, 10 * step + k));
      await optimizer.minimize(lossWith([p, q, r].map((each, k) => [each, gradients[k] as Float32Array<ArrayBuffer>])));
      for (const [k, values] of expected.entries()) {
        const lr = (rates[k] as number) / (k === 1 ? step + 1 : 1);
        for (const [i, value] of values.entries()) {
          values[i] = value - lr * ((gradients[k]?.[i] as number) + (decays[k] as number) * value);
        }
      }
      if (step === 1) (optimizer.groups[0] as { lr: number }).lr = rates[0] = 0.0625;
    }
    for (const [k, each] of [p, q, r].entries()) {
      const values = await each.data();
      // three updates, each four roundings of numbers below 8
      for (const [i, value] of (expected[k] as Float64Array).entries())
        expect(Math.abs((values[i] as number) - value)).toBeLessThan(12 * 8 * 2 ** -24);
    }
    expect(optimizer.parameters).toEqual([p, q, r]);
    optimizer.dispose();
  });

  test("are clipped apart where that is asked for, each at its own norm", async () => {
    const [p, q, r] = [[3, 0], [-4], [6]].map(
      (g) => [new Parameter(new Float32Array(g.length), [g.length]), Float32Array.from(g)] as const,
    ) as [
      readonly [Parameter, Float32Array<ArrayBuffer>],
      readonly [Parameter, Float32Array<ArrayBuffer>],
      readonly [Parameter, Float32Array<ArrayBuffer>],
    ];
    const moved = async (optimizer: Optimizer) => {
      await assign([p, q, r].map(([each]) => [each, new Float32Array(each.size)] as const));
      await optimizer.minimize(lossWith([p, q, r]));
      const values = await Promise.all([p, q, r].map(([each]) => each.data()));
      optimizer.dispose();
      return values.flatMap((each) => [...each].map((value) => 0 - value));
    };
    const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5));
    const groups = [{ parameters: [p[0], q[0]], clipNorm: 1 }, { parameters: [r[0]] }];
    expect(await moved(new SGD(groups, { lr: 1, clipNorm: 3, clipScope: "group" }))).toEqual(close([0.6, 0, -0.8, 3]));
    const all = [p[0], q[0], r[0]];
    expect(await moved(new SGD(all, { lr: 1, clipNorm: 4, clipScope: "parameter" }))).toEqual(close([3, 0, -4, 4]));
    const norm = Math.sqrt(61);
    expect(await moved(new SGD(all, { lr: 1, clipNorm: 1 }))).toEqual(close([3 / norm, 0, -4 / norm, 6 / norm]));
  });

  test("by the paths of a model: no decay for biases, some frozen", async () => {
    const model = new Linear(3, 2, { rng: random(1) });
    const groups = parameterGroups(model, [{ match: /bias/, weightDecay: 0, name: "biases" }]);
    expect(groups.map(({ name, weightDecay, parameters }) => [name, weightDecay, parameters.length])).toEqual([
      ["biases", 0, 1],
      ["others", undefined, 1],
    ]);
    expect(parameterGroups(model, [{ match: (path) => path === "weight", freeze: true }])[0]?.parameters).toEqual([
      model.bias,
    ]);
    expect(() => parameterGroups(model, [{ match: /wieght/ }])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: parameterGroups: rules[0].match /wieght/ should be to fit one of weight, bias but is fitting none.]`,
    );
    expect(() => parameterGroups(model, [{ match: /./, freeze: true }])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: parameterGroups: the rules should be to leave parameters to train but is freezing all of them.]`,
    );
  });

  test("refuse a parameter in two of them, an empty one, and unknown settings", () => {
    const [p, q] = [parameterOf([2], 1), parameterOf([2], 2)];
    p.name = "p";
    const make = (groups: object[]) => () => new SGD(groups as never, { lr: 1 });
    expect(make([{ parameters: [p] }, { parameters: [q, p] }])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: SGD: the parameter p should be in one group once but is in group 0 and in group 1.]`,
    );
    expect(make([{ parameters: [p, p], name: "all" }])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: SGD: the parameter p should be in one group once but is twice in all.]`,
    );
    expect(make([{ parameters: [] }])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: SGD: groups[0].parameters should be an array of at least one parameter but is empty.]`,
    );
    expect(make([{ lr: 0.1 }])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: SGD: groups[0].parameters should be an array of at least one parameter but is undefined.]`,
    );
    expect(make([{ parameters: [p], momentum: 1 }])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: SGD: groups[0].momentum should be one of parameters, name, lr, weightDecay, clipNorm but is not one of them.]`,
    );
    expect(make([{ parameters: [p] }, q])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: SGD: groups[1] should be { parameters, name, lr, weightDecay, clipNorm } but is a Tensor.]`,
    );
    expect(make([{ parameters: [p], lr: -1 }])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: SGD: groups[0].lr should be a finite number, at least 0 but is -1.]`,
    );
    expect(() => new Adam([p], { lr: 1, learningRate: 2 } as never)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Adam: options.learningRate should be one of lr, weightDecay, decay, clipNorm, clipScope, clipValue, average, beta1, beta2, eps, amsgrad, epsilon, biasCorrection but is not one of them.]`,
    );
    new SGD([p], { lr: 1 }).dispose(); // none of them took it
  });
});

describe("rules that look at a whole parameter equal plain float64 loops", () => {
  const shapes = [[70], [9, 31], [2, 5, 40], [1]];
  const start = shapes.map((shape, k) => parameterOf(shape, k + 1));
  const cases: { why: string; make: (p: Parameter[]) => Optimizer; rules: () => ArrayRule[] }[] = [
    {
      why: "LAMB",
      make: (p) => new LAMB(p, { lr: 0.02, weightDecay: 0.1 }),
      rules: () => shapes.map(() => lambRule({ lr: 0.02, weightDecay: 0.1 })),
    },
    {
      why: "LAMB, decoupled decay",
      make: (p) => new LAMB(p, { lr: 0.02, weightDecay: 0.1, decay: "decoupled" }),
      rules: () => shapes.map(() => lambRule({ lr: 0.02, weightDecay: 0.1, decoupled: true })),
    },
    {
      why: "Adafactor",
      make: (p) => new Adafactor(p, { lr: 0.05, weightDecay: 0.1 }),
      rules: () =>
        (
          [
            [1, 0, 70],
            [1, 9, 31],
            [2, 5, 40],
            [1, 0, 1],
          ] as const
        ).map((shape) => adafactorRule({ lr: 0.05, weightDecay: 0.1 }, shape)),
    },
  ];

  test.each(cases)("$why", async ({ make, rules }) => {
    const parameters = await Promise.all(
      start.map(async (p) => new Parameter(Float32Array.from(await p.data()), p.shape)),
    );
    const expected: Float64Array[] = await Promise.all(start.map(async (p) => Float64Array.from(await p.data())));
    const optimizer = make(parameters);
    const each = rules();
    for (let t = 1; t <= 8; t++) {
      const gradients = parameters.map((p, k) => gradientOf(p, 100 * t + k));
      await optimizer.minimize(lossWith(parameters.map((p, k) => [p, gradients[k] as Float32Array<ArrayBuffer>])));
      for (const [k, rule] of each.entries())
        expected[k] = rule(expected[k] as Float64Array, Float64Array.from(gradients[k] as Float32Array), t);
    }
    // A step is at most 0.05·rms(p)·10; eight of them, each with some 40 roundings, of values below 4
    const bound = 8 * 40 * 4 * 2 ** -24;
    for (const [k, p] of parameters.entries()) {
      const values = await p.data();
      const worst = Math.max(
        ...Array.from(expected[k] as Float64Array, (value, i) => Math.abs(value - (values[i] as number))),
      );
      expect(worst, `parameter ${k}`).toBeLessThan(bound);
    }
    optimizer.dispose();
  });

  test("they leave all as it was where the gradient is not finite", async () => {
    for (const { make } of cases) {
      const p = parameterOf([3, 5], 1);
      const optimizer = make([p]);
      await optimizer.minimize(lossWith([[p, gradientOf(p, 2)]]));
      const [bits, state] = [await bitsOf(p), await optimizer.state()];
      const bad = tensor(new Float32Array(15).fill(Number.NaN), { shape: [3, 5], allowNonFinite: true });
      await optimizer.minimize(sum(mul(p, bad)));
      expect(await bitsOf(p)).toEqual(bits);
      const after = await optimizer.state();
      expect([after.slots, after.whole]).toEqual([state.slots, state.whole]);
      expect(await optimizer.report()).toMatchObject({ finite: false, skipped: 1 });
      optimizer.dispose();
    }
  });
});

describe("accumulated gradients", () => {
  test("of several batches give the update of one big batch", async () => {
    const rows = 12;
    const x = normal([rows * 4], { seed: 1 }).data;
    const y = normal([rows * 2], { seed: 2 }).data;
    const part = (from: number, to: number) => ({
      x: tensor(Float32Array.from(x.subarray(4 * from, 4 * to)), { shape: [to - from, 4] }),
      y: tensor(Float32Array.from(y.subarray(2 * from, 2 * to)), { shape: [to - from, 2] }),
    });
    const train = async (cuts: readonly number[]) => {
      const model = new Linear(4, 2, { rng: random(3) });
      const optimizer = new Adam(model.parameters(), { lr: 0.1, clipNorm: 0.5 });
      for (let step = 0; step < 5; step++) {
        for (const [index, to] of cuts.entries()) {
          const batch = part(cuts[index - 1] ?? 0, to);
          const weight = to - (cuts[index - 1] ?? 0);
          await optimizer.accumulate(mseLoss(model.forward(batch.x), batch.y), { weight });
        }
        expect(optimizer.accumulated).toBe(cuts.length);
        await optimizer.step();
      }
      expect(optimizer.updates).toBe(5);
      const values = await Promise.all(model.parameters().map((p) => p.data()));
      optimizer.dispose();
      return values.flatMap((each) => [...each]);
    };
    const model = new Linear(4, 2, { rng: random(3) });
    const optimizer = new Adam(model.parameters(), { lr: 0.1, clipNorm: 0.5 });
    const whole = part(0, rows);
    for (let step = 0; step < 5; step++) await optimizer.minimize(mseLoss(model.forward(whole.x), whole.y));
    const expected = (await Promise.all(model.parameters().map((p) => p.data()))).flatMap((each) => [...each]);
    optimizer.dispose();
    for (const cuts of [[12], [4, 8, 12], [1, 5, 6, 12]]) {
      const values = await train(cuts);
      // gradients below 4 summed in another order, 12 roundings; Adam's first steps turn a relative error into one of lr
      for (const [i, value] of values.entries())
        expect(Math.abs(value - (expected[i] as number))).toBeLessThan(5 * 0.1 * 1e-4);
    }
  });

  test("are waited for, and used up", async () => {
    const p = parameterOf([2], 1);
    const optimizer = new SGD([p], { lr: 1 });
    expect(() => optimizer.step()).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: SGD.step: the accumulated gradients should be of one loss at least but is none. Call accumulate(loss) first, or minimize(loss) to do both at once.]`,
    );
    await optimizer.accumulate(lossWith([[p, gradientOf(p, 1)]]));
    expect(() => optimizer.minimize(lossWith([[p, gradientOf(p, 1)]]))).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: SGD.minimize: the optimizer should be done with what was accumulated but is waiting for step(), which will use 1 loss. Call step() first, or accumulate this loss too.]`,
    );
    expect(() =>
      optimizer.accumulate(lossWith([[p, gradientOf(p, 1)]]), { weight: 0 }),
    ).toThrowErrorMatchingInlineSnapshot(`[ValueError: SGD.accumulate: weight should be more than 0 but is 0.]`);
    await optimizer.step();
    expect(() => optimizer.step()).toThrow("none");
    optimizer.dispose();
  });

  test("that are not finite leave the update out, and the next is made", async () => {
    const p = parameterOf([2], 1);
    const before = await p.data();
    const optimizer = new SGD([p], { lr: 1 });
    await optimizer.accumulate(lossWith([[p, Float32Array.of(1, 2)]]));
    await optimizer.accumulate(sum(mul(p, tensor([Number.NaN, 0], { allowNonFinite: true }))));
    await optimizer.step();
    expect([await p.data(), (await optimizer.report()).skipped]).toEqual([before, 1]);
    await optimizer.accumulate(lossWith([[p, Float32Array.of(1, 2)]]));
    await optimizer.step();
    expect([...(await p.data())]).toEqual([
      Math.fround((before[0] as number) - 1),
      Math.fround((before[1] as number) - 2),
    ]);
    optimizer.dispose();
  });
});

describe("the average of the weights", () => {
  test.each([
    { average: { kind: "ema", decay: 0.5 } as const, weights: [0.25, 0.25, 0.5] },
    { average: { kind: "mean" } as const, weights: [1 / 3, 1 / 3, 1 / 3] },
    { average: { kind: "mean", from: 2 } as const, weights: [0, 0.5, 0.5] },
    { average: { kind: "mean", every: 2 } as const, weights: [0.5, 0, 0.5] },
  ])("$average, swapped in and out", async ({ average, weights }) => {
    const p = parameterOf([70], 1);
    const optimizer = new SGD([p], { lr: 0.1, average });
    const seen: Float64Array[] = [];
    expect(() => optimizer.swapAverage()).toThrow("of none yet");
    for (let t = 0; t < 3; t++) {
      if (t < weights.findIndex((weight) => weight > 0) + 1)
        expect(() => optimizer.swapAverage()).toThrow("of none yet");
      await optimizer.minimize(lossWith([[p, gradientOf(p, t)]]));
      seen.push(Float64Array.from(await p.data()));
    }
    const last = await bitsOf(p);
    await optimizer.swapAverage();
    expect(optimizer.swapped).toBe(true);
    const values = await p.data();
    for (const [i, value] of values.entries()) {
      const expected = seen.reduce((total, each, t) => total + (weights[t] as number) * (each[i] as number), 0);
      expect(Math.abs(value - expected)).toBeLessThan(8 * 4 * 2 ** -24);
    }
    expect(() => optimizer.minimize(lossWith([[p, gradientOf(p, 1)]]))).toThrow("swapped for their average");
    await optimizer.swapAverage();
    expect(await bitsOf(p)).toEqual(last);
    optimizer.dispose();
  });

  test("is refused where none is kept, or with numbers out of range", () => {
    const p = parameterOf([2], 1);
    const optimizer = new SGD([p], { lr: 1 });
    expect(() => optimizer.swapAverage()).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: SGD.swapAverage: the average of the weights should be kept, of one update at least but is not kept. Pass average: { kind: "ema", decay: 0.999 } to the optimizer.]`,
    );
    optimizer.dispose();
    expect(() => new SGD([p], { lr: 1, average: { kind: "ema", decay: 1 } })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: SGD: average.decay should be at least 0 and less than 1 but is 1.]`,
    );
    expect(() => new SGD([p], { lr: 1, average: { kind: "swa" } as never })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: SGD: average.kind should be ema or mean but is "swa".]`,
    );
  });
});

test("a step with groups, accumulation, average and schedule creates nothing after the third", async () => {
  const model = new Linear(4, 2, { rng: random(3) });
  const schedule = plateau({ lr: 0.1, patience: 0 });
  const groups = parameterGroups(model, [{ match: /bias/, weightDecay: 0, lr: (t) => 0.1 * 0.9 ** t }]);
  const optimizer = new LAMB(groups, {
    lr: schedule,
    clipNorm: 1,
    clipScope: "group",
    average: { kind: "ema", decay: 0.9 },
  });
  const { counters } = gpu.device;
  let before = { counts: counters.snapshot(), misses: 0 };
  for (let step = 0; step < 30; step++) {
    const x = tensor(Float32Array.from(normal([12], { seed: step }).data), { shape: [3, 4] });
    for (let part = 0; part < 2; part++) {
      const loss = mean(model.forward(x));
      await optimizer.accumulate(loss);
      loss.dispose();
    }
    await optimizer.step();
    schedule.observe(1);
    if (step === 3) before = { counts: counters.snapshot(), misses: planStatistics(gpu.device).misses };
  }
  await gpu.device.idle();
  const { buffers, bindGroups, pipelines } = counters.since(before.counts);
  expect({ buffers, bindGroups, pipelines }).toEqual({ buffers: 0, bindGroups: 0, pipelines: 0 });
  expect(planStatistics(gpu.device).misses).toBe(before.misses);
  optimizer.dispose();
});
