import { integers, normal, uniform } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { type AnyKernel, runKernel } from "../core";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { accumulate, finishAccumulation } from "./accumulate";
import { adadelta } from "./adadelta";
import { adagrad } from "./adagrad";
import { adamax } from "./adamax";
import { averageParameters, swapParameters } from "./average";
import { blockSquares, clipScales } from "./block-sums";
import { lion } from "./lion";
import { nadam } from "./nadam";
import { reportWords } from "./report";
import { rmsprop } from "./rmsprop";
import {
  adadeltaElement,
  adagradElement,
  adamaxElement,
  type ElementRule,
  lionElement,
  nadamElement,
  rmspropElement,
} from "./rules.reference";
import { BLOCK } from "./settings";

const gpu = useTestDevice();

interface RuleCase {
  why: string;
  kernel: AnyKernel;
  element: ElementRule;
  slots: readonly string[];
  scalars: Readonly<Record<string, number>>;
  options?: Readonly<Record<string, boolean>>;
}

const means = { oneMinusBeta1: 0.1, oneMinusBeta2: 0.001 };
const cases: RuleCase[] = [
  { why: "adagrad", kernel: adagrad, element: adagradElement(false), slots: ["sum"], scalars: { eps: 0.01 } },
  {
    why: "adagrad, ε inside the root",
    kernel: adagrad,
    element: adagradElement(true),
    slots: ["sum"],
    scalars: { eps: 0.01 },
    options: { insideRoot: true },
  },
  {
    why: "adadelta",
    kernel: adadelta,
    element: adadeltaElement,
    slots: ["v", "u"],
    scalars: { oneMinusRho: 0.05, eps: 1e-3 },
  },
  {
    why: "rmsprop",
    kernel: rmsprop,
    element: rmspropElement(false, false),
    slots: ["v"],
    scalars: { oneMinusRho: 0.01, eps: 0.01, momentum: 0 },
  },
  {
    why: "rmsprop with momentum, centered",
    kernel: rmsprop,
    element: rmspropElement(false, false),
    slots: ["v", "mean", "velocity"],
    scalars: { oneMinusRho: 0.1, eps: 0.01, momentum: 0.9 },
  },
  {
    why: "rmsprop as in Keras",
    kernel: rmsprop,
    element: rmspropElement(true, true),
    slots: ["v", "velocity"],
    scalars: { oneMinusRho: 0.1, eps: 0.01, momentum: 0.9 },
    options: { insideRoot: true, stepVelocity: true },
  },
  {
    why: "adamax",
    kernel: adamax,
    element: adamaxElement(false),
    slots: ["m", "u"],
    scalars: { oneMinusBeta1: 0.1, beta2: 0.999, eps: 0.01, correction1: 0.5 },
  },
  {
    why: "adamax, ε inside the maximum",
    kernel: adamax,
    element: adamaxElement(true),
    slots: ["m", "u"],
    scalars: { oneMinusBeta1: 0.1, beta2: 0.999, eps: 0.01, correction1: 0.5 },
    options: { insideMaximum: true },
  },
  {
    why: "nadam",
    kernel: nadam,
    element: nadamElement,
    slots: ["m", "v"],
    scalars: { ...means, eps: 1e-8, correction2: 0.5, meanFactor: 1.5, gradientFactor: 0.4 },
  },
  {
    why: "lion",
    kernel: lion,
    element: lionElement,
    slots: ["m"],
    scalars: { oneMinusBeta1: 0.1, oneMinusBeta2: 0.01 },
  },
];

/** Room for whole fours. */
const inFours = (values: ArrayLike<number>, filler: number): Float32Array<ArrayBuffer> => {
  const words = new Float32Array(Math.ceil(values.length / 4) * 4).fill(filler);
  words.set(values);
  return words;
};

/** Parameters, gradients and slots. Slots are not less than ½, and more than the square of any that is a mean. */
function state(n: number, slots: readonly string[]) {
  const small = new Set(["m", "mean", "velocity"]);
  return {
    parameters: normal([n], { seed: 3 }).data,
    gradients: normal([n], { seed: 4 }).data,
    slots: Object.fromEntries(
      slots.map((name, k) => [
        name,
        small.has(name)
          ? uniform([n], { seed: 5 + k, low: -0.5, high: 0.5 }).data
          : uniform([n], { seed: 5 + k, low: 0.5, high: 2 }).data,
      ]),
    ),
  };
}

// At most 16 roundings of numbers below 16, and root and division of WGSL, 4 and 2.5 ulp, of quotients below 16.
const tolerance = { absolute: 24 * 16 * 2 ** -24 };

describe.each(cases)("$why equals the reference", ({ kernel, element, slots, scalars, options }) => {
  test.each([
    { n: 1, why: "smallest" },
    { n: 67, why: "no whole four" },
    { n: 4099, why: "more than a workgroup" },
  ])("over $n elements: $why", async ({ n }) => {
    const made = state(n, slots);
    const given = { lr: 0.1, weightDecay: 0.3, ...scalars };
    const expected: Record<string, Float32Array> = {};
    for (const name of ["parameters", ...slots]) expected[name] = inFours([], 77);
    const results = Array.from(made.parameters, (p, i) => {
      const own = Object.fromEntries(slots.map((name) => [name, made.slots[name]?.[i] ?? 0]));
      return element(p, (made.gradients[i] as number) + 0.3 * p, own, given);
    });
    for (const name of ["parameters", ...slots])
      expected[name] = inFours(
        results.map((result) => result[name] ?? Number.NaN),
        77,
      );
    await checkKernel(gpu.device, kernel, {
      dims: { n, P: 0, U: 0 },
      scalars: { ...given, clipNorm: 0, clipValue: 0 },
      ...(options ? { options } : {}),
      inputs: {
        parameters: inFours(made.parameters, 77),
        gradients: inFours(made.gradients, 1e30),
        ...Object.fromEntries(slots.map((name) => [name, inFours(made.slots[name] ?? [], 77)])),
        report: reportWords(),
      },
      expected,
      tolerance,
    });
  });

  test("and leaves all as it was where the gradient is not finite", async () => {
    const n = 70;
    const made = state(n, slots);
    const arrays = Object.fromEntries([
      ["parameters", inFours(made.parameters, 77)],
      ...slots.map((name) => [name, inFours(made.slots[name] ?? [], 77)] as const),
    ]);
    const after = await runKernel(gpu.device, kernel, {
      dims: { n, P: 0, U: 0 },
      scalars: { lr: 0.1, weightDecay: 0.3, ...scalars, clipNorm: 0, clipValue: 0 },
      ...(options ? { options } : {}),
      inputs: { ...arrays, gradients: inFours(made.gradients, 0), report: reportWords({ finite: false }) },
    });
    for (const [name, before] of Object.entries(arrays)) expect(after[name], name).toEqual(before);
  });
});

test("settings of their own: each parameter has its rate, its decay and the scale of its clipping unit", async () => {
  const sizes = [3, 130, 1, 128, 257];
  const starts = sizes.map((_, k) => sizes.slice(0, k).reduce((sum, size) => sum + Math.ceil(size / BLOCK) * BLOCK, 0));
  const n = (starts.at(-1) as number) + 384;
  const lr = [0.1, 0.02, 0.5, 0, 0.3];
  const decay = [0, 0.5, 0.25, 1, 0];
  const unit = [0, 0, 1, 2, 2];
  const scales = Float32Array.of(1, 0.5, 0.25);
  const settings = new Uint32Array(sizes.length * 4);
  const floats = new Float32Array(settings.buffer);
  for (const [k, start] of starts.entries()) {
    settings.set([start, 0, 0, unit[k] as number], 4 * k);
    floats.set([lr[k] as number, decay[k] as number], 4 * k + 1);
  }
  const made = state(n, ["sum"]);
  const expected = { parameters: new Float32Array(n), sum: new Float32Array(n) };
  for (let i = 0; i < n; i++) {
    const k = starts.findLastIndex((start) => start <= i);
    const p = made.parameters[i] as number;
    const g = (made.gradients[i] as number) * (scales[unit[k] as number] as number) + (decay[k] as number) * p;
    const own = { sum: made.slots.sum?.[i] as number };
    const { parameters, sum } = adagradElement(false)(p, g, own, { lr: lr[k] as number, eps: 0.01 });
    expected.parameters[i] = parameters as number;
    expected.sum[i] = sum as number;
  }
  await checkKernel(gpu.device, adagrad, {
    dims: { n, P: sizes.length, U: 3 },
    scalars: { lr: 99, weightDecay: 99, eps: 0.01, clipNorm: 0, clipValue: 0 },
    inputs: {
      parameters: made.parameters,
      gradients: made.gradients,
      sum: made.slots.sum ?? [],
      settings,
      scales,
      report: reportWords(),
    },
    expected,
    tolerance,
  });
});

describe("units that are clipped apart", () => {
  test.each([1, 67, 4 * BLOCK + 5, 70_001])("the squares of each block of %i elements", async (n) => {
    const g = normal([n], { seed: 1 }).data;
    const sums = new Float64Array(Math.ceil(n / BLOCK));
    for (const [i, x] of g.entries()) sums[Math.floor(i / BLOCK)] = (sums[Math.floor(i / BLOCK)] as number) + x * x;
    // 4 products and 3 additions in a lane, 5 in the tree, all of one sign
    const bound = { absolute: 1e-30, relative: 12 * 2 ** -24 };
    const call = { dims: { n }, inputs: { gradients: inFours(g, 1e30) }, expected: { sums }, tolerance: bound };
    await checkKernel(gpu.device, blockSquares, call);
  });

  test("each is scaled to its own norm, one whose bound is 0 not at all", async () => {
    const sums = Float32Array.of(9, 16, 100, ...Array.from({ length: 200 }, () => 0.02));
    const units = new Uint32Array(16);
    const floats = new Float32Array(units.buffer);
    for (const [u, [first, end, most]] of (
      [
        [0, 2, 1],
        [2, 3, 20],
        [3, 203, 1],
        [3, 203, 0],
      ] as const
    ).entries()) {
      units.set([first, end], 4 * u);
      floats[4 * u + 2] = most;
    }
    const { scales } = await runKernel(gpu.device, clipScales, {
      dims: { n: sums.length * BLOCK, U: 4 },
      inputs: { sums, units, report: reportWords() },
    });
    expect([...(scales ?? [])]).toEqual([0.2, 1, 0.5, 1].map((value) => expect.closeTo(value, 6)));
  });

  test("a unit in two arrays is scaled to the norm of both", async () => {
    const bits = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0] as number;
    const most = bits(1);
    const call = { dims: { n: 2 * BLOCK, U: 3 }, outputs: ["squares"] };
    const report = reportWords();
    const first = await runKernel(gpu.device, clipScales, {
      ...call,
      inputs: {
        sums: Float32Array.of(9, 4),
        units: Uint32Array.of(0, 1, most, 0, 1, 2, most, 0, 0, 0, most, 0),
        report,
      },
    });
    expect(first.squares).toEqual(Float32Array.of(9, 4, 0));
    const units = Uint32Array.of(0, 0, most, 0, 0, 1, most, 0, 1, 2, most, 0);
    const inputs = { sums: Float32Array.of(12, 25), units, report, before: first.squares as Float32Array<ArrayBuffer> };
    const second = await runKernel(gpu.device, clipScales, { ...call, inputs });
    expect(second.squares).toEqual(Float32Array.of(9, 16, 25));
    expect([...(second.scales ?? [])]).toEqual([1 / 3, 1 / 4, 1 / 5].map((value) => expect.closeTo(value, 6)));
  });
});

test("gradients accumulate with their weights, and finishing divides by all of them and begins anew", async () => {
  const n = 131;
  const [a, b] = [integers([n], { seed: 1, high: 9 }).data, integers([n], { seed: 2, high: 9 }).data];
  const zeros = inFours(new Float32Array(n), 0);
  const first = await runKernel(gpu.device, accumulate, {
    dims: { n },
    scalars: { weight: 1 },
    inputs: { gradients: inFours(a, 77), loss: Float32Array.of(2), total: zeros, totalLoss: Float32Array.of(0) },
  });
  const second = await runKernel(gpu.device, accumulate, {
    dims: { n },
    scalars: { weight: 3 },
    inputs: {
      gradients: inFours(b, 77),
      loss: Float32Array.of(4),
      total: first.total ?? zeros,
      totalLoss: first.totalLoss ?? zeros,
    },
  });
  const done = await runKernel(gpu.device, finishAccumulation, {
    dims: { n },
    scalars: { weight: 4 },
    inputs: { gradients: inFours(a, 77), total: second.total ?? zeros, totalLoss: second.totalLoss ?? zeros },
    outputs: ["loss"],
  });
  expect([...(done.gradients ?? [])].slice(0, n)).toEqual(Array.from(a, (x, i) => (x + 3 * (b[i] as number)) / 4));
  expect([done.loss?.[0], done.totalLoss?.[0]]).toEqual([3.5, 0]);
  expect(done.total).toEqual(zeros);
  const further = await runKernel(gpu.device, finishAccumulation, {
    dims: { n },
    scalars: { weight: 4 },
    inputs: { gradients: inFours(a, 77), total: second.total ?? zeros },
  });
  expect(further).toEqual({ gradients: done.gradients, total: zeros }); // of an array that has no part in the loss
});

test("an average goes towards the parameters, a share of 1 all the way; swapping exchanges both", async () => {
  const n = 70;
  const [p, a] = [normal([n], { seed: 1, scale: 1e10 }).data, normal([n], { seed: 2 }).data];
  const inputs = { parameters: inFours(p, 77), average: inFours(a, 77) };
  const whole = await runKernel(gpu.device, averageParameters, { dims: { n }, scalars: { share: 1 }, inputs });
  expect(whole.average?.subarray(0, n)).toEqual(inFours(p, 0).subarray(0, n));
  const still = await runKernel(gpu.device, averageParameters, { dims: { n }, scalars: { share: 0 }, inputs });
  expect(still.average).toEqual(inputs.average);
  const swapped = await runKernel(gpu.device, swapParameters, { dims: { n }, inputs });
  expect([swapped.parameters, swapped.average]).toEqual([inputs.average, inputs.parameters]);
});
