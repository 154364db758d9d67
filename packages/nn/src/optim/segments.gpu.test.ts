import { DeviceLimitError } from "@unroll/kernels";
import { integers, normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import {
  Adadelta,
  Adafactor,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  add,
  assign,
  cast,
  LAMB,
  Linear,
  Lion,
  mean,
  mul,
  Nadam,
  type Optimizer,
  type OptimizerOptions,
  Parameter,
  type ParameterList,
  planStatistics,
  RMSProp,
  random,
  SGD,
  square,
  sum,
  tensor,
} from "..";
import { bitsOf, modelBits } from "../test-support/bits";
import { useTestDevice } from "../test-support/device";
import { withHalves } from "../test-support/halves";
import { inSegments } from "../test-support/in-segments";

const gpu = useTestDevice();

/** Five parameters in 128, 384, 512, 128 and 128 words: with at most 512, in segments of two, one and two of them. */
const shapes = [[70], [9, 31], [2, 5, 40], [1], [1, 127]];
const WORDS = 512;

const parametersOf = () =>
  shapes.map((shape, k) => {
    const { data } = normal(shape, { seed: k + 1 });
    return new Parameter(Float32Array.from(data), shape, `p${k}`);
  });

/** A loss whose gradients are the very numbers given. */
const lossWith = (parameters: readonly Parameter[], gradients: readonly Float32Array<ArrayBuffer>[]) =>
  parameters
    .map((p, k) =>
      sum(mul(p, tensor(gradients[k] as Float32Array<ArrayBuffer>, { shape: p.shape, allowNonFinite: true }))),
    )
    .reduce((a, b) => add(a, b));

/** Whole numbers: their squares add up to the same sum in any order. */
const wholeGradients = (seed: number) =>
  shapes.map((shape, k) => Float32Array.from(integers(shape, { seed: 10 * seed + k, low: -9, high: 9 }).data));

type Make = (parameters: ParameterList, options: OptimizerOptions) => Optimizer;

const rules: { why: string; make: Make }[] = [
  { why: "SGD", make: (p, options) => new SGD(p, { ...options, momentum: 0.9, nesterov: true }) },
  { why: "Adam", make: (p, options) => new Adam(p, { ...options, amsgrad: true }) },
  { why: "AdamW", make: (p, options) => new AdamW(p, options) },
  { why: "Adagrad", make: (p, options) => new Adagrad(p, { ...options, initial: 0.1 }) },
  { why: "Adadelta", make: (p, options) => new Adadelta(p, options) },
  { why: "RMSProp", make: (p, options) => new RMSProp(p, { ...options, momentum: 0.5, centered: true }) },
  { why: "Adamax", make: (p, options) => new Adamax(p, options) },
  { why: "Nadam", make: (p, options) => new Nadam(p, options) },
  { why: "Lion", make: (p, options) => new Lion(p, options) },
  { why: "LAMB", make: (p, options) => new LAMB(p, options) },
  { why: "Adafactor", make: (p, options) => new Adafactor(p, options) },
];

/** One with all parameters in one segment, and one with three. */
const both = (make: (parameters: Parameter[]) => Optimizer) =>
  [Number.POSITIVE_INFINITY, WORDS].map((words) => {
    const parameters = parametersOf();
    return { parameters, optimizer: inSegments(words, () => make(parameters)) };
  });

const allBits = (parameters: readonly Parameter[]) => Promise.all(parameters.map((p) => bitsOf(p)));

/** Runs the same on both layouts; what each run returns must be equal. */
async function expectEqual(
  make: (parameters: Parameter[]) => Optimizer,
  work: (optimizer: Optimizer, parameters: Parameter[]) => Promise<unknown>,
) {
  const results: unknown[] = [];
  for (const { optimizer, parameters } of both(make)) {
    const told = await work(optimizer, parameters);
    results.push([told, await allBits(parameters), await optimizer.state()]);
    optimizer.dispose();
  }
  expect(results[1]).toEqual(results[0]);
}

describe.each(rules)("$why over three segments gives the bits of one", ({ make }) => {
  test.each<{ why: string; options: Partial<OptimizerOptions> }>([
    { why: "plain", options: {} },
    {
      why: "clipped by the norm of all, with an average",
      options: { clipNorm: 20, average: { kind: "ema", decay: 0.5 } },
    },
    {
      why: "each parameter clipped apart, then by value",
      options: { clipNorm: 9, clipScope: "parameter", clipValue: 2 },
    },
  ])("$why", async ({ options }) => {
    await expectEqual(
      (p) => make(p, { lr: 0.05, weightDecay: 0.1, ...options }),
      async (optimizer, parameters) => {
        for (let t = 0; t < 3; t++) await optimizer.minimize(lossWith(parameters, wholeGradients(t)));
        if (options.average) await optimizer.swapAverage();
        return (await optimizer.report()).norm;
      },
    );
  });

  test("groups that reach over segments, clipped apart", async () => {
    await expectEqual(
      ([a, b, c, d, e]) =>
        make(
          [
            { parameters: [a, b, c] as Parameter[], lr: 0.02 },
            { parameters: [d, e] as Parameter[], weightDecay: 0, clipNorm: 3 },
          ],
          { lr: 0.05, weightDecay: 0.1, clipNorm: 5, clipScope: "group" },
        ),
      async (optimizer, parameters) => {
        for (let t = 0; t < 3; t++) await optimizer.minimize(lossWith(parameters, wholeGradients(t)));
      },
    );
  });

  test("accumulated, saved in one layout between two halves of an update and loaded into the other", async () => {
    const options: OptimizerOptions = { lr: 0.05, clipNorm: 20, average: { kind: "mean" } };
    const [one, three] = both((p) => make(p, options));
    if (!one || !three) throw new Error("there are two");
    const half = async ({ optimizer, parameters }: typeof one, t: number) =>
      optimizer.accumulate(lossWith(parameters, wholeGradients(t)), { weight: t + 1 });
    for (const [from, to] of [
      [one, three],
      [three, one],
    ] as const) {
      await half(from, 1);
      await from.optimizer.step();
      await half(from, 2);
      const state = await from.optimizer.state();
      const values = await Promise.all(from.parameters.map((p) => p.data()));
      await assign(to.parameters.map((p, k) => [p, values[k] as Float32Array<ArrayBuffer>] as const));
      to.optimizer.loadState(state);
      expect(await to.optimizer.state()).toEqual(state);
      for (const each of [from, to]) {
        await half(each, 3);
        await each.optimizer.step();
      }
      expect(await allBits(to.parameters)).toEqual(await allBits(from.parameters));
      expect(await to.optimizer.state()).toEqual(await from.optimizer.state());
    }
    for (const { optimizer } of [one, three]) optimizer.dispose();
  });
});

test("what a rule keeps whole stays whole, also where it has as many words as the parameters", async () => {
  const p = new Parameter(new Float32Array(127), [1, 127]); // one factor for the row, 127 for the columns
  const optimizer = new Adafactor([p], { lr: 0.1 });
  await optimizer.minimize(lossWith([p], [new Float32Array(127).fill(1)]));
  const { slots, whole } = await optimizer.state();
  expect([slots.size, whole.get("factors")?.length]).toEqual([0, 128]);
  expect(whole.get("factors")?.every((factor) => factor > 0)).toBe(true);
  optimizer.dispose();
});

test("the norm of the gradient is that of all segments", async () => {
  const gradients = shapes.map((shape, k) => Float32Array.from(normal(shape, { seed: 50 + k }).data));
  const parameters = parametersOf();
  const optimizer = inSegments(WORDS, () => new SGD(parameters, { lr: 0 }));
  await optimizer.minimize(lossWith(parameters, gradients));
  const exact = Math.sqrt(gradients.reduce((total, each) => each.reduce((s, g) => s + g * g, total), 0));
  // Each partial sum takes a four of each segment, 3 roundings and one to add it; 32 in a lane and 6 in the tree, all of
  // one sign; √ halves them and adds 4.
  const relative = ((3 * 4 + 32 + 6) / 2 + 4) * 2 ** -24;
  expect(Math.abs((await optimizer.report()).norm - exact) / exact).toBeLessThan(relative);
  optimizer.dispose();
});

test("one bad number leaves the update of all segments out, once, and tells whose it is", async () => {
  const parameters = parametersOf();
  const optimizer = inSegments(WORDS, () => new Adam(parameters, { lr: 0.1 }));
  const before = await allBits(parameters);
  const gradients = wholeGradients(1);
  (gradients[4] as Float32Array)[126] = Number.NaN;
  (gradients[2] as Float32Array)[399] = Number.POSITIVE_INFINITY;
  await optimizer.minimize(lossWith(parameters, gradients));
  expect(await allBits(parameters)).toEqual(before);
  const told = { finite: false, skipped: 1, firstBad: 128 + 384 + 399, firstBadParameter: parameters[2] };
  expect(await optimizer.report()).toMatchObject(told);
  await optimizer.minimize(lossWith(parameters, wholeGradients(1)));
  expect(await optimizer.report()).toMatchObject({ finite: true, skipped: 1 });
  expect(await allBits(parameters)).not.toEqual(before);
  optimizer.dispose();
});

describe("dispatches", () => {
  const kernelsOf = async (
    words: number,
    options: Partial<OptimizerOptions> = {},
    Rule: typeof SGD | typeof LAMB = SGD,
  ) => {
    const parameters = parametersOf();
    const optimizer = inSegments(words, () => new Rule(parameters, { lr: 0.1, ...options }));
    const { calls } = await optimizer.explain(lossWith(parameters, wholeGradients(1)));
    optimizer.dispose();
    const names = calls.map(({ kernel }) => kernel);
    return names.slice(names.indexOf("sum_of_squares"));
  };

  test("an update of three segments: a sum and an update for each, one norm", async () => {
    expect(await kernelsOf(Number.POSITIVE_INFINITY)).toEqual(["sum_of_squares", "gradient_norm", "sgd"]);
    const sums = ["sum_of_squares", "sum_of_squares", "sum_of_squares", "gradient_norm"];
    expect(await kernelsOf(WORDS)).toEqual([...sums, "sgd", "sgd", "sgd"]);
    const clip = ["block_squares", "clip_scales"];
    const options: Partial<OptimizerOptions> = { clipNorm: 1, clipScope: "parameter" };
    expect(await kernelsOf(WORDS, options)).toEqual([...sums, ...clip, ...clip, ...clip, "sgd", "sgd", "sgd"]);
    const lamb = ["lamb_direction", "lamb_scales", "apply_direction"];
    expect(await kernelsOf(WORDS, {}, LAMB)).toEqual([...sums, ...lamb, ...lamb, ...lamb]);
  });

  test("a step creates nothing after the third", async () => {
    const model = new Linear(40, 20, { rng: random(3) });
    const optimizer = inSegments(128, () => {
      const options: OptimizerOptions = { lr: 0.01, clipNorm: 1, clipScope: "parameter" };
      return new LAMB(model.parameters(), { ...options, average: { kind: "ema", decay: 0.9 } });
    });
    const { counters } = gpu.device;
    let before = { counts: counters.snapshot(), misses: 0 };
    for (let step = 0; step < 30; step++) {
      const x = tensor(Float32Array.from(normal([120], { seed: step }).data), { shape: [3, 40] });
      for (let part = 0; part < 2; part++) {
        const loss = mean(model.forward(x));
        await optimizer.accumulate(loss);
        loss.dispose();
      }
      await optimizer.step();
      if (step === 3) before = { counts: counters.snapshot(), misses: planStatistics(gpu.device).misses };
    }
    await gpu.device.idle();
    const { buffers, bindGroups, pipelines } = counters.since(before.counts);
    expect({ buffers, bindGroups, pipelines }).toEqual({ buffers: 0, bindGroups: 0, pipelines: 0 });
    expect(planStatistics(gpu.device).misses).toBe(before.misses);
    optimizer.dispose();
  });
});

test("a model in halves rounds each segment, and trains to the same bits", async () => {
  await withHalves(gpu.device, async () => {
    const trained = async (words: number) => {
      const model = new Linear(40, 20, { rng: random(3) }).half();
      const optimizer = inSegments(words, () => new SGD(model.parameters(), { lr: 0.1 }));
      const x = tensor(Float32Array.from(normal([120], { seed: 1 }).data), { shape: [3, 40] });
      for (let step = 0; step < 4; step++) await optimizer.minimize(mean(square(cast(model.forward(x), "f32"))));
      const { skipped, lossScale } = await optimizer.report();
      optimizer.dispose();
      return [skipped, lossScale, await modelBits(model)];
    };
    expect(await trained(128)).toEqual(await trained(Number.POSITIVE_INFINITY));
  });
});

test("disposing gives the gradients and slots of all segments back; parameters go to the next optimizer", async () => {
  const { device } = gpu;
  const parameters = [1, 2, 3].map((k) => new Parameter(new Float32Array(16384).fill(k), [16384]));
  const ones = new Float32Array(16384).fill(1);
  const loss = () => lossWith(parameters, [ones, ones, ones]);
  const first = inSegments(16384, () => new Adam(parameters, { lr: 0.1 }));
  await first.minimize(loss());
  const before = await allBits(parameters);
  device.trim();
  const held = device.counters.liveBytes;
  first.dispose();
  device.trim();
  expect(held - device.counters.liveBytes).toBeGreaterThanOrEqual(3 * 3 * 16384 * 4); // gradients, m and v
  expect(await allBits(parameters)).toEqual(before);
  const second = new SGD(parameters, { lr: 1 });
  await second.minimize(loss());
  expect(await allBits(parameters)).not.toEqual(before);
  second.dispose();
});

test("with the optimizer and its parameters gone, in either order, no buffer of theirs is left", async () => {
  const { device } = gpu;
  const liveBytes = async () => {
    await device.idle();
    device.trim(); // plans as well
    return device.counters.liveBytes;
  };
  const before = await liveBytes();
  for (const order of ["optimizer first", "parameters first"]) {
    const parameters = [1, 2].map((k) => new Parameter(new Float32Array(16384).fill(k), [16384]));
    const optimizer = new Adam(parameters, { lr: 0.1 });
    await optimizer.minimize(lossWith(parameters, [new Float32Array(16384), new Float32Array(16384)]));
    const owners = [optimizer, ...parameters];
    for (const owner of order === "optimizer first" ? owners : owners.reverse()) owner.dispose();
    expect(await liveBytes(), order).toBeLessThanOrEqual(before);
  }
});

test("a parameter that alone is more than a device can bind is refused by name, and none was moved", async () => {
  const [small, large] = [
    new Parameter(new Float32Array(1), [1], "small"),
    new Parameter(new Float32Array(300), [300], "large"),
  ];
  const { limits } = gpu.device;
  const most = limits.maxStorageBufferBindingSize;
  Object.assign(limits, { maxStorageBufferBindingSize: 1024 });
  const optimizer = inSegments(128, () => new SGD([small, large], { lr: 1 }));
  let error: unknown;
  try {
    await optimizer.minimize(add(sum(small), sum(large)));
  } catch (cause) {
    error = cause;
  } finally {
    Object.assign(limits, { maxStorageBufferBindingSize: most });
  }
  expect(error).toBeInstanceOf(DeviceLimitError);
  expect(error).toMatchInlineSnapshot(
    `[DeviceLimitError: SGD: the parameter large should be at most 1024 bytes on this device but is 1536 bytes. Make it of several parameters, or use a device with a larger maxStorageBufferBindingSize.]`,
  );
  expect([small.storage, large.storage]).toEqual([null, null]);
  await optimizer.minimize(add(sum(small), sum(large)));
  expect(await small.item()).toBe(-1);
  optimizer.dispose();
});
