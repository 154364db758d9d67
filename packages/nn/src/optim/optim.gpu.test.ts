import { normal, uniform } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import {
  Adadelta,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  add,
  Lion,
  mul,
  Nadam,
  type Optimizer,
  Parameter,
  planStatistics,
  RMSProp,
  SGD,
  sum,
  tensor,
} from "..";
import { bitsOf } from "../test-support/bits";
import { useTestDevice } from "../test-support/device";
import {
  type AdamNumbers,
  adadeltaRule,
  adagradRule,
  adamaxRule,
  adamRule,
  lionRule,
  nadamRule,
  type Rule,
  rmspropRule,
  type SGDNumbers,
  sgdRule,
} from "./optim.reference";

const gpu = useTestDevice();
const ε = 2 ** -24;
const STEPS = 20;

const parameterOf = (values: ArrayLike<number>) => new Parameter(Float32Array.from(values), [values.length]);
/** A loss whose gradient is the very numbers given. */
const lossWith = (p: Parameter, gradient: ArrayLike<number>) => sum(mul(p, tensor(Float32Array.from(gradient))));

interface Case {
  why: string;
  make: (p: Parameter[]) => Optimizer;
  rule: () => Rule;
}
const sgdCase = (why: string, options: SGDNumbers): Case => ({
  why,
  make: (p) => new SGD(p, { ...options }),
  rule: () => sgdRule(options),
});
const adamCase = (why: string, options: AdamNumbers): Case => ({
  why,
  make: (p) => new Adam(p, options),
  rule: () => adamRule(options),
});
const cases: Case[] = [
  sgdCase("SGD", { lr: 0.01 }),
  sgdCase("SGD, weight decay", { lr: 0.01, weightDecay: 0.3 }),
  sgdCase("SGD, momentum", { lr: 0.01, momentum: 0.9 }),
  sgdCase("SGD, dampening", { lr: 0.01, momentum: 0.9, dampening: 0.4 }),
  sgdCase("SGD, Nesterov", { lr: 0.01, momentum: 0.8, nesterov: true, weightDecay: 0.1 }),
  adamCase("Adam", { lr: 0.01 }),
  adamCase("Adam, weight decay", { lr: 0.01, weightDecay: 0.3, beta1: 0.8, beta2: 0.99 }),
  adamCase("Adam, AMSGrad", { lr: 0.01, amsgrad: true, beta2: 0.6 }),
  adamCase("Adam, a large ε", { lr: 0.01, eps: 0.1 }),
  adamCase("Adam, Keras's ε", { lr: 0.01, eps: 0.1, epsilon: "keras" }),
  {
    why: "AdamW",
    make: (p) => new AdamW(p, { lr: 0.01, weightDecay: 0.5 }),
    rule: () => adamRule({ lr: 0.01, weightDecay: 0.5, decoupled: true }),
  },
  {
    why: "AdamW, its own decay",
    make: (p) => new AdamW(p, { lr: 0.01 }),
    rule: () => adamRule({ lr: 0.01, weightDecay: 0.01, decoupled: true }),
  },
  adamCase("Adam, no bias correction", { lr: 0.01, biasCorrection: false, beta2: 0.9 }),
  {
    why: "SGD, Keras's velocity under a schedule",
    make: (p) => new SGD(p, { lr: (t) => 0.01 / (t + 1), momentum: 0.9, nesterov: true, velocity: "steps" }),
    rule: () => sgdRule({ lr: 0.01, scale: (t) => 1 / t, momentum: 0.9, nesterov: true, steps: true }),
  },
  {
    why: "SGD, decoupled decay beside momentum",
    make: (p) => new SGD(p, { lr: 0.01, momentum: 0.9, weightDecay: 0.3, decay: "decoupled" }),
    rule: () => sgdRule({ lr: 0.01, momentum: 0.9, weightDecay: 0.3, decoupled: true }),
  },
  {
    why: "Adagrad",
    make: (p) => new Adagrad(p, { lr: 0.01, lrDecay: 0.5 }),
    rule: () => adagradRule({ lr: 0.01, lrDecay: 0.5 }),
  },
  {
    why: "Adagrad as in Keras",
    make: (p) =>
      new Adagrad(p, { lr: 0.01, initial: 0.1, eps: 1e-2, epsilon: "keras", weightDecay: 0.2, decay: "decoupled" }),
    rule: () => adagradRule({ lr: 0.01, initial: 0.1, eps: 1e-2, keras: true, weightDecay: 0.2, decoupled: true }),
  },
  {
    why: "Adadelta",
    make: (p) => new Adadelta(p, { lr: 1, rho: 0.8, weightDecay: 0.1 }),
    rule: () => adadeltaRule({ lr: 1, rho: 0.8, weightDecay: 0.1 }),
  },
  {
    why: "RMSProp",
    make: (p) => new RMSProp(p, { lr: 0.01, rho: 0.9, weightDecay: 0.3 }),
    rule: () => rmspropRule({ lr: 0.01, rho: 0.9, weightDecay: 0.3 }),
  },
  {
    why: "RMSProp, momentum",
    make: (p) => new RMSProp(p, { lr: 0.01, rho: 0.9, momentum: 0.5 }),
    rule: () => rmspropRule({ lr: 0.01, rho: 0.9, momentum: 0.5 }),
  },
  {
    why: "RMSProp, centered",
    make: (p) => new RMSProp(p, { lr: 0.01, rho: 0.9, centered: true, eps: 0.1 }),
    rule: () => rmspropRule({ lr: 0.01, rho: 0.9, centered: true, eps: 0.1 }),
  },
  {
    why: "RMSProp as in Keras",
    make: (p) => new RMSProp(p, { lr: 0.01, rho: 0.9, eps: 0.1, momentum: 0.5, epsilon: "keras", velocity: "steps" }),
    rule: () => rmspropRule({ lr: 0.01, rho: 0.9, eps: 0.1, momentum: 0.5, keras: true }),
  },
  { why: "Adamax", make: (p) => new Adamax(p, { lr: 0.01, eps: 0.1 }), rule: () => adamaxRule({ lr: 0.01, eps: 0.1 }) },
  {
    why: "Adamax as in Keras",
    make: (p) => new Adamax(p, { lr: 0.01, eps: 0.1, epsilon: "keras" }),
    rule: () => adamaxRule({ lr: 0.01, eps: 0.1, keras: true }),
  },
  { why: "Nadam", make: (p) => new Nadam(p, { lr: 0.01 }), rule: () => nadamRule({ lr: 0.01 }) },
  {
    why: "Nadam as in Keras",
    make: (p) => new Nadam(p, { lr: 0.01, momentumDecay: 1, eps: 1e-7 }),
    rule: () => nadamRule({ lr: 0.01, momentumDecay: 1, eps: 1e-7 }),
  },
  {
    why: "Lion",
    make: (p) => new Lion(p, { lr: 0.01, weightDecay: 0.2 }),
    rule: () => lionRule({ lr: 0.01, weightDecay: 0.2 }),
  },
];

describe(`${STEPS} steps equal plain float64 loops`, () => {
  const n = 70; // more than one alignment of 64 words
  const start = Float32Array.from(normal([n], { seed: 1, scale: 0.5 }).data);
  // Sizes from ½ to 1½, signs as they come: √v̂ stays above ½ but for AMSGrad, where it is above that too.
  const gradients = Array.from({ length: STEPS }, (_, t) => {
    const sizes = uniform([n], { seed: 10 + t, low: 0.5, high: 1.5 }).data;
    const signs = uniform([n], { seed: 50 + t, low: -1, high: 1 }).data;
    return Float32Array.from(sizes, (size, i) => size * Math.sign(signs[i] ?? 1));
  });

  test.each(cases)("$why", async ({ make, rule }) => {
    const p = parameterOf(start);
    const optimizer = make([p]);
    for (const gradient of gradients) await optimizer.minimize(lossWith(p, gradient));
    const expected = Array.from(start, (value, i) => {
      const update = rule();
      return gradients.reduce((at, gradient, t) => update(at, gradient[i] as number, t + 1), value);
    });
    // Each step rounds p (|p| ≤ 4: 4ε) and takes a step of at most 0.01·10 (momentum 0.9 sums ten gradients of 1½)
    // that carries the roundings of its running sums, three a step, 60ε of their size: 20·(4 + 0.15·60)ε.
    const bound = STEPS * (4 + 0.15 * 60) * ε;
    const values = await p.data();
    const worst = Math.max(...expected.map((value, i) => Math.abs(value - (values[i] as number))));
    expect(worst).toBeLessThan(bound);
    expect(Math.max(...expected.map((value, i) => Math.abs(value - (start[i] as number))))).toBeGreaterThan(
      1000 * bound,
    );
    optimizer.dispose();
  });
});

describe("clipping, by hand", () => {
  /** SGD at lr 1 from zero over two parameters: what it moves is the clipped gradient. */
  async function moved(options: { clipNorm?: number; clipValue?: number }, [a, b]: [number[], number[]]) {
    const [p, q] = [parameterOf(a.map(() => 0)), parameterOf(b.map(() => 0))];
    const optimizer = new SGD([p, q], { lr: 1, ...options });
    await optimizer.minimize(add(lossWith(p, a), lossWith(q, b)));
    const { norm } = await optimizer.report();
    optimizer.dispose();
    return { norm, moved: [...(await p.data()), ...(await q.data())].map((value) => 0 - value) };
  }
  const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 6));

  test("the norm is that of all parameters together", async () => {
    expect(await moved({ clipNorm: 1 }, [[3, 0], [-4]])).toEqual({ norm: 5, moved: close([0.6, 0, -0.8]) });
  });

  test("a norm below the bound is left alone", async () => {
    expect(await moved({ clipNorm: 5.1 }, [[3], [4]])).toEqual({ norm: 5, moved: [3, 4] });
  });

  test("each element within ± clipValue", async () => {
    expect(await moved({ clipValue: 2 }, [[3, -1.5], [-4]])).toMatchObject({ moved: [2, -1.5, -2] });
  });

  test("by norm first, then by value", async () => {
    expect(await moved({ clipNorm: 2.5, clipValue: 1.75 }, [[3], [4]])).toEqual({ norm: 5, moved: close([1.5, 1.75]) });
  });
});

test("a new learning rate takes effect at once, and compiles and plans nothing", async () => {
  const p = parameterOf([1]);
  const optimizer = new SGD([p], { lr: 0.5 });
  await optimizer.minimize(lossWith(p, [1]));
  await optimizer.minimize(lossWith(p, [1]));
  expect(await p.item()).toBe(0);
  const { misses } = planStatistics(gpu.device);
  const before = gpu.device.counters.snapshot();
  optimizer.lr = 0.125;
  await optimizer.minimize(lossWith(p, [1]));
  expect(await p.item()).toBe(-0.125);
  expect(gpu.device.counters.since(before)).toMatchObject({ pipelines: 0, bindGroups: 0 });
  expect(planStatistics(gpu.device).misses).toBe(misses);
  expect(optimizer.updates).toBe(3);
  optimizer.dispose();
});

test("the loss and what is evaluated beside it are of the parameters before the update", async () => {
  const p = parameterOf([4]);
  const optimizer = new SGD([p], { lr: 1 });
  const [loss, twice] = [lossWith(p, [1]), mul(p, 2)];
  await optimizer.minimize(loss, { evaluate: [twice] });
  expect([await loss.item(), await twice.item(), await p.item()]).toEqual([4, 8, 3]);
  optimizer.dispose();
});

test("a parameter that the loss does not depend on stays, and decays where decay is asked for", async () => {
  const [p, q] = [parameterOf([1]), parameterOf([2])];
  const optimizer = new SGD([p, q], { lr: 0.5, weightDecay: 0.5 });
  await optimizer.minimize(lossWith(p, [0]));
  expect([await p.item(), await q.item()]).toEqual([0.75, 1.5]);
  optimizer.dispose();
});

test("dispose gives gradients and state back, and leaves the parameters to the next optimizer", async () => {
  const { device } = gpu;
  const n = 16384;
  const p = parameterOf(new Float32Array(n).fill(1));
  const gradient = new Float32Array(n).fill(1);
  const first = new Adam([p], { lr: 0.1 });
  await first.minimize(lossWith(p, gradient));
  const values = await bitsOf(p);
  device.trim();
  const held = device.counters.liveBytes;
  first.dispose();
  device.trim();
  expect(held - device.counters.liveBytes).toBeGreaterThanOrEqual(3 * n * 4); // gradients, m and v
  expect(await bitsOf(p)).toEqual(values);
  const second = new SGD([p], { lr: 1 });
  await second.minimize(lossWith(p, gradient));
  const [before] = new Float32Array(values.buffer);
  expect((await p.data()).every((value) => value === Math.fround((before as number) - 1))).toBe(true);
  second.dispose();
});

test("a second dispose takes nothing from who has the parameters by then", () => {
  const p = parameterOf([1]);
  const first = new SGD([p], { lr: 1 });
  first.dispose();
  const second = new SGD([p], { lr: 1 });
  first.dispose();
  expect(() => new SGD([p], { lr: 1 })).toThrow("in one optimizer only");
  second.dispose();
});
