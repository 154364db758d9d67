import { expect, test } from "vitest";
import {
  add,
  arange,
  argmax,
  argmin,
  cumSum,
  evaluate,
  gather,
  gatherElements,
  gatherND,
  grad,
  logSumExp,
  max,
  min,
  mul,
  oneHot,
  parameter,
  prod,
  reverseSequence,
  SGD,
  scatterElements,
  sequenceMask,
  square,
  sum,
  type Tensor,
  tensor,
  topK,
  tril,
  triu,
} from "..";
import { planStatistics } from "../plan/executor";
import { useTestDevice } from "../test-support/device";

useTestDevice();

const found = async (...results: Tensor[]) => {
  await evaluate(results);
  return Promise.all(results.map(async (result) => [result.dtype, ...(await result.data())]));
};
/** Indices that the host does not know: those made on the device. */
const onDevice = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor =>
  add(tensor(Int32Array.from(values), { shape }), 0);

test("numbers in a row, one-hot vectors and masks", async () => {
  const ids = tensor(Int32Array.of(1, -1, 3));
  expect(
    await found(
      arange(4),
      arange(3, { start: 0.5, step: -0.25, dtype: "f32" }),
      arange(2, { start: 2 ** 31, dtype: "u32" }),
      arange(0),
      oneHot(ids, 3),
      oneHot(ids, 3, { axis: 0, on: 2 ** 24 + 1, off: -1, dtype: "i32" }),
      oneHot(tensor(Uint32Array.of(0, 2)), 2, { dtype: "bool" }),
      oneHot(tensor(Uint32Array.of(1)), 2, { on: 0.5, off: 0.25 }),
      sequenceMask([2, 0, 3], 3),
      sequenceMask(tensor(Int32Array.of(1), { shape: [1] }), 2),
    ),
  ).toEqual([
    ["i32", 0, 1, 2, 3],
    ["f32", 0.5, 0.25, 0],
    ["u32", 2 ** 31, 2 ** 31 + 1],
    ["i32"],
    ["f32", 0, 1, 0, 0, 0, 1, 0, 0, 0],
    ["i32", -1, -1, -1, 2 ** 24 + 1, -1, -1, -1, 2 ** 24 + 1, -1],
    ["bool", 1, 0, 0, 0],
    ["f32", 0.25, 0.5],
    ["bool", 1, 1, 0, 0, 0, 0, 1, 1, 1],
    ["bool", 1, 0],
  ]);
});

test("whole numbers and bools", async () => {
  const x = tensor(Int32Array.of(5, -7, 2 ** 24 + 1, 2 ** 24), { shape: [2, 2] });
  const flags = tensor(Uint32Array.of(1, 1, 1, 1), { shape: [2, 2], dtype: "bool" });
  const ids = tensor(Int32Array.of(1, 1), { shape: [1, 2] });
  expect(
    await found(
      max(x),
      min(x, { axes: [0] }),
      argmax(x, 1),
      argmin(x, 0, { keepDims: true }),
      argmax(tensor([3, 7, 7, 7, 1]), 0, { last: true }),
      cumSum(x, 1),
      topK(x, 1).values,
      topK(x, 2, { axis: 0, largest: false }).indices,
      tril(x),
      triu(flags, 1),
      gather(flags, tensor(Uint32Array.of(1))),
      reverseSequence(x, [2, 1]),
      scatterElements(x, ids, tensor(Int32Array.of(9, -9), { shape: [1, 2] }), { reduction: "max" }),
      scatterElements(flags, ids, tensor(Uint32Array.of(0, 1), { shape: [1, 2], dtype: "bool" })),
    ),
  ).toEqual([
    ["i32", 2 ** 24 + 1],
    ["i32", 5, -7],
    ["u32", 0, 0],
    ["u32", 0, 0],
    ["u32", 3],
    ["i32", 5, -2, 2 ** 24 + 1, 2 ** 25 + 1],
    ["i32", 5, 2 ** 24 + 1],
    ["u32", 0, 0, 1, 1],
    ["i32", 5, 0, 2 ** 24 + 1, 2 ** 24],
    ["bool", 0, 1, 0, 0],
    ["bool", 1, 1],
    ["i32", -7, 5, 2 ** 24 + 1, 2 ** 24],
    ["i32", 5, -7, 2 ** 24 + 1, 2 ** 24],
    ["bool", 1, 1, 0, 1],
  ]);
});

test("indices out of range that only the device knows give zeros, and no gradient", async () => {
  const x = tensor([1, 2, 3]);
  const ids = onDevice([2, 3, -3, -4]);
  const taken = gather(x, ids);
  const each = gatherElements(x, ids);
  const pairs = gatherND(
    tensor([
      [1, 2],
      [3, 4],
    ]),
    onDevice([0, 2, -1, -1], [2, 2]),
  );
  const written = scatterElements(x, ids, tensor([7, 8, 9, 10]), { reduction: "add" });
  const [dx] = grad(sum(mul(taken, tensor([1, 10, 100, 1000]))), [x]) as [Tensor];
  expect(await found(taken, each, pairs, written, dx)).toEqual([
    ["f32", 3, 0, 1, 0],
    ["f32", 3, 0, 1, 0],
    ["f32", 0, 4],
    ["f32", 10, 2, 10],
    ["f32", 100, 0, 1],
  ]);
});

test("of equals the first gets the gradient of an extreme, and the last update that of a write", async () => {
  const x = tensor([5, 1, 5, 1]);
  const updates = tensor([5, 6, 7]);
  const ids = tensor(Int32Array.of(0, 1, 1));
  const weights = tensor([1, 2, 3, 4]);
  const of = (reduction: "none" | "max") => sum(mul(scatterElements(x, ids, updates, { reduction }), weights));
  const [dMin] = grad(min(x), [x]) as [Tensor];
  const results = [dMin, ...grad(of("none"), [x, updates]), ...grad(of("max"), [x, updates])];
  expect(await found(...results)).toEqual([
    ["f32", 0, 1, 0, 0],
    ["f32", 0, 0, 3, 4],
    ["f32", 1, 0, 2],
    ["f32", 1, 0, 3, 4],
    ["f32", 0, 0, 2],
  ]);
});

test("reductions of nothing", async () => {
  const nothing = tensor(new Float32Array(0), { shape: [2, 0] });
  const results = [logSumExp(nothing, { axes: [1] }), prod(nothing, { axes: [1] }), logSumExp(nothing, { axes: [0] })];
  expect(await found(...results)).toEqual([
    ["f32", Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ["f32", 1, 1],
    ["f32"],
  ]);
  await expect(max(nothing, { axes: [1] }).data()).rejects.toThrow("at least 1");
});

test("logSumExp of masked and of large numbers stays finite", async () => {
  const x = tensor([-1e30, 0, 3e38, 1], { shape: [2, 2] });
  const y = logSumExp(x, { axes: [1] });
  const [dx] = grad(sum(y), [x]) as [Tensor];
  expect(await found(y, dx)).toEqual([
    ["f32", 0, Math.fround(3e38)],
    ["f32", expect.closeTo(0, 30), 1, 1, expect.closeTo(0, 30)],
  ]);
});

test("a training step with index operations makes no new plan after the first", async () => {
  const table = parameter({ data: Float32Array.from({ length: 12 }, (_, i) => i / 8), shape: [6, 2] });
  const optimizer = new SGD([table], { lr: 0.1 });
  const step = (seed: number) => {
    const rows = gather(table, tensor(Int32Array.of(seed % 6, 1, -1)));
    const best = topK(reverseSequence(rows, tensor(Uint32Array.of(1, 2, seed % 3))), 1).values;
    return optimizer.minimize(sum(square(cumSum(best, 0))));
  };
  for (const seed of [0, 1, 2]) await step(seed);
  const { misses } = planStatistics();
  for (const seed of [3, 4, 5]) await step(seed);
  expect(planStatistics()).toMatchObject({ misses });
  optimizer.dispose();
});

test.each([
  ["a row of its own", 1],
  ["rows side by side", 6],
])("of what is taken NaN comes last, each once: %s", async (_, rows) => {
  const row = [Number.NaN, 1, Number.NEGATIVE_INFINITY, Number.NaN, 3];
  const x = tensor(Array.from({ length: rows }, () => row).flat(), { shape: [rows, 5], allowNonFinite: true });
  for (const [largest, order] of [
    [true, [4, 1, 2, 0, 3]],
    [false, [2, 1, 4, 0, 3]],
  ] as const) {
    const { values, indices } = topK(x, 5, { largest });
    await evaluate([values, indices]);
    expect([...(await indices.data())]).toEqual(Array.from({ length: rows }, () => order).flat());
    expect([...(await values.data())].slice(0, 5)).toEqual(order.map((at) => row[at]));
  }
});
