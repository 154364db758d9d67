import { normal, sizeOf } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { runKernel } from "../core";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { reduceMax, reduceMaxBackward } from "./max";
import { reductionDims } from "./pattern";
import { reduceProduct } from "./product";
import { reduceReference, reduceReferenceBackward } from "./reduce.reference";
import { reduceSum } from "./sum";

const gpu = useTestDevice();
const exact = { absolute: Number.MIN_VALUE };

const cases: { shape: number[]; axes: number[]; why: string }[] = [
  { shape: [1], axes: [0], why: "smallest" },
  { shape: [], axes: [], why: "a number alone" },
  { shape: [3, 5], axes: [], why: "nothing reduced" },
  { shape: [67, 3], axes: [0], why: "columns" },
  { shape: [131, 5], axes: [1], why: "short rows, alone" },
  { shape: [3, 64], axes: [1], why: "rows as long as there are lanes" },
  { shape: [5, 65], axes: [1], why: "rows one longer than there are lanes" },
  { shape: [7, 1003], axes: [1], why: "long rows, lanes together" },
  { shape: [40, 203], axes: [1], why: "long rows, many" },
  { shape: [3, 4, 67], axes: [0, 2], why: "first and last" },
  { shape: [3, 4, 5], axes: [1], why: "the middle" },
  { shape: [2, 3, 2, 3, 2, 3], axes: [1, 3, 5], why: "six axes, every second" },
  { shape: [2, 3, 2, 3, 2, 3], axes: [0, 2, 4], why: "six axes, the others" },
  { shape: [2, 3, 4, 5], axes: [0, 1, 2, 3], why: "all" },
  { shape: [5000, 41], axes: [0, 1], why: "large, all" },
  { shape: [70001, 3], axes: [1], why: "more results than one axis of the grid holds workgroups" },
];

describe.each(cases)("$shape over $axes: $why", ({ shape, axes }) => {
  const x = normal(shape, { seed: 1 }).data;
  const { dims, options } = reductionDims(shape, axes);
  const expected = reduceReference(x, shape, axes);
  const each = dims.all / dims.kept;
  // n − 1 additions each rounded, of partial sums no larger than the largest Σ|x|; the mean divides once more
  const magnitude = Math.max(...reduceReference(x.map(Math.abs), shape, axes).sum);

  test.each([false, true])("sum, mean %s", async (mean) => {
    const scale = mean ? 1 / each : 1;
    await checkKernel(gpu.device, reduceSum, {
      dims,
      options: { ...options, mean },
      inputs: { x },
      expected: { out: mean ? expected.mean : expected.sum },
      tolerance: { absolute: (each + 4) * magnitude * scale * 2 ** -24 },
    });
  });

  test("product", async () => {
    const near = x.map((value) => 1 + value / 64); // near 1, so that long products stay in range
    const { product } = reduceReference(near, shape, axes);
    // each factor is rounded once, and each product of n − 1
    const tolerance = { absolute: 0, relative: (2 * each + 4) * 2 ** -24 };
    const check = { dims, options, inputs: { x: near }, expected: { out: product }, tolerance };
    if (each < 5000) await checkKernel(gpu.device, reduceProduct, check); // of more the product leaves the range of f32
  });

  test("minimum, and where it is", async () => {
    const negated = reduceReference(
      x.map((value) => -value),
      shape,
      axes,
    );
    await checkKernel(gpu.device, reduceMax, {
      dims,
      options: { ...options, smallest: true },
      inputs: { x },
      outputs: ["out", "index"],
      expected: { out: negated.max.map((value) => -value), index: negated.argmax },
      tolerance: exact,
    });
  });

  test("maximum, where it is, and its gradient", async () => {
    const outputs = ["out", "index"];
    const results = { out: expected.max, index: expected.argmax };
    await checkKernel(gpu.device, reduceMax, {
      dims,
      options,
      inputs: { x },
      outputs,
      expected: results,
      tolerance: exact,
    });
    const dOut = normal([dims.kept], { seed: 2 }).data;
    const dx = reduceReferenceBackward(x, shape, axes, dOut).max;
    const inputs = { dOut, index: expected.argmax };
    await checkKernel(gpu.device, reduceMaxBackward, { dims, options, inputs, expected: { dx }, tolerance: exact });
  });
});

test.each([5, 64, 700])("the lowest index of equal maxima wins, rows of %i", async (n) => {
  const shape = [3, n];
  const x = new Float64Array(3 * n).fill(-2); // all equal, then two equal ones, then two in the same lane
  x[n + 2] = x[n + n - 1] = 7;
  x[2 * n + 1] = x[2 * n + (65 % n)] = 9;
  const { dims, options } = reductionDims(shape, [1]);
  const first = Math.min(1, 65 % n);
  const expected = { index: [0, 2, first] };
  await checkKernel(gpu.device, reduceMax, {
    dims,
    options,
    inputs: { x },
    outputs: ["index"],
    expected,
    tolerance: exact,
  });
});

test.each([5, 64, 700])("the highest index of equals wins where asked for, rows of %i", async (n) => {
  const x = new Float64Array(3 * n).fill(-2); // all equal, then two equal ones, then the first alone
  x[n + 2] = x[n + n - 1] = 7;
  x[2 * n] = 9;
  const { dims, options } = reductionDims([3, n], [1]);
  const found = { dims, options: { ...options, last: true }, inputs: { x }, outputs: ["index"] };
  await checkKernel(gpu.device, reduceMax, { ...found, expected: { index: [n - 1, n - 1, 0] }, tolerance: exact });
});

test.each([
  ["i32", Int32Array.of(5, 2 ** 31 - 1, -(2 ** 31), -3, 2 ** 24 + 1, 2 ** 24)],
  ["u32", Uint32Array.of(5, 2 ** 32 - 1, 0, 3, 2 ** 31 + 1, 2 ** 31)],
] as const)("extremes of %s", async (type, x) => {
  const { dims, options } = reductionDims([2, 3], [1]);
  for (const smallest of [false, true]) {
    const of = smallest ? Math.min : Math.max;
    const call = { dims, options: { ...options, type, smallest }, inputs: { x }, outputs: ["out"] };
    const { out } = await runKernel(gpu.device, reduceMax, call);
    expect([...(out ?? [])]).toEqual([of(...x.slice(0, 3)), of(...x.slice(3))]);
  }
});

test("a sum of nothing is zero", async () => {
  const { dims, options } = reductionDims([3, 0], [1]);
  await checkKernel(gpu.device, reduceSum, {
    dims,
    options,
    inputs: { x: [] },
    expected: { out: [0, 0, 0] },
    tolerance: exact,
  });
});

describe.each([
  { form: "the plain kernel", kernel: { ...reduceSum, variants: [] } },
  { form: "as chosen", kernel: reduceSum },
])("zeros that pad any axis change no bit of a sum: $form", ({ kernel }) => {
  test.each([
    { axes: [0, 1], why: "all" },
    { axes: [1], why: "rows" },
    { axes: [0], why: "columns" },
  ])("$why", async ({ axes }) => {
    const run = async (B: number, T: number) => {
      const source = normal([13, 45], { seed: 3 }).data;
      const x = Float32Array.from({ length: sizeOf([B, T]) }, (_, e) => {
        const [b, t] = [Math.floor(e / T), e % T];
        return b < 13 && t < 45 ? (source[b * 45 + t] ?? 0) : 0;
      });
      const { dims, options } = reductionDims([B, T], axes);
      const { out } = await runKernel(gpu.device, kernel, { dims, options, inputs: { x } });
      return Array.from(out ?? []).slice(0, axes.length === 2 ? 1 : axes[0] === 0 ? 45 : 13);
    };
    const alone = await run(13, 45);
    expect(await run(13, 64)).toEqual(alone);
    expect(await run(16, 300)).toEqual(alone); // past 64, where lanes share
  });
});
