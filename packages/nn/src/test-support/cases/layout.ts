import type { Float64Tensor } from "@unroll/testing";
import {
  concat,
  embedding,
  mul,
  permute,
  reshape,
  slice,
  split,
  stack,
  type Tensor,
  tensor,
  transpose,
  unstack,
} from "../..";
import { build, concat64, elementwise64, permute64, reshape64, slice64, transpose64 } from "../arrays.reference";
import { type OpCase, whole } from "../check-op";

const cube = whole([3, 4, 5], { seed: 1 });
const rows = whole([5, 64], { seed: 2 }); // rows of 256 bytes, where every device can bind
const shared = { roundings: 0 };

const orders = [
  [2, 0, 1],
  [1, 0, 2],
  [0, 2, 1],
  [2, 1, 0],
];

const cuts: [why: string, x: Float64Tensor, axis: number, start: number, end: number][] = [
  ["leading rows that can be bound where they lie", rows, 0, 1, 4],
  ["leading rows that cannot", cube, 0, 1, 3],
  ["the first rows", cube, 0, 0, 2],
  ["one step of each row", cube, 1, 2, 3],
  ["some columns", cube, 2, 1, 4],
  ["a vector's middle", whole([9], { seed: 3 }), 0, 2, 7],
];

const ids = Int32Array.from([4, 0, 4, 2, 1, 4]);

function embedding64(table: Float64Tensor): Float64Tensor {
  const D = table.shape[1] as number;
  return build([2, 3, D], ([b = 0, t = 0, d = 0]) => table.data[(ids[3 * b + t] as number) * D + d] as number);
}

/** What a row that gets no gradient looks like to a central difference: the same, wherever it is moved to. */
function withoutRow(table: Float64Tensor, row: number): Float64Tensor {
  const D = table.shape[1] as number;
  const fixed = frozen.data.subarray(row * D, (row + 1) * D);
  return build(table.shape, ([v = 0, d = 0]) => (v === row ? fixed[d] : table.data[v * D + d]) as number);
}

const frozen = whole([6, 5], { seed: 7 });

export const layoutCases: readonly OpCase[] = [
  {
    ...shared,
    op: "reshape",
    why: "one extent left to find",
    inputs: [cube],
    run: (x) => reshape(x, [4, -1]),
    reference: (x) => reshape64(x as Float64Tensor, [4, 15]),
  },
  {
    ...shared,
    op: "reshape",
    why: "a scalar and back",
    inputs: [whole([1, 1], { seed: 4 })],
    run: (x) => reshape(reshape(x, []), [1]),
    reference: (x) => reshape64(x as Float64Tensor, [1]),
  },
  ...orders.map((order) => ({
    ...shared,
    op: "permute",
    why: `order ${order}`,
    inputs: [cube],
    run: (x: Tensor) => permute(x, order),
    reference: (x: Float64Tensor) => permute64(x, order),
  })),
  {
    ...shared,
    op: "permute",
    why: "only an axis of extent 1 moves",
    inputs: [whole([1, 3, 5], { seed: 5 })],
    run: (x) => permute(x, [1, 0, 2]),
    reference: (x) => permute64(x as Float64Tensor, [1, 0, 2]),
  },
  {
    ...shared,
    op: "transpose",
    why: "matrices in a batch, read by something other than a matmul",
    inputs: [cube],
    run: (x) => mul(transpose(x), 2),
    reference: (x) => elementwise64((value = 0) => 2 * value, transpose64(x as Float64Tensor)),
  },
  ...cuts.map(([why, x, axis, start, end]) => ({
    ...shared,
    op: "slice",
    why,
    inputs: [x],
    run: (of: Tensor) => slice(of, axis, start, end),
    reference: (of: Float64Tensor) => slice64(of, axis, start, end),
  })),
  {
    ...shared,
    op: "slice",
    why: "counted from the end, and a slice of a slice",
    inputs: [cube],
    run: (x) => slice(slice(x, 0, -2), -1, -3, -1),
    reference: (x) => slice64(slice64(x as Float64Tensor, 0, 1, 3), 2, 2, 4),
  },
  ...[0, 1, -1].map((axis) => ({
    ...shared,
    op: "concat",
    why: `three tensors along axis ${axis}, one of them twice`,
    inputs: [cube, whole(axis === 0 ? [1, 4, 5] : axis === 1 ? [3, 2, 5] : [3, 4, 3], { seed: 6 })],
    run: (a: Tensor, b: Tensor) => concat([a, b, a], axis),
    reference: (a: Float64Tensor, b: Float64Tensor) => concat64([a, b, a], axis < 0 ? 2 : axis),
  })),
  {
    ...shared,
    op: "concat",
    why: "more tensors than one kernel call can take",
    inputs: [cube, whole([3, 2, 5], { seed: 6 })],
    run: (a: Tensor, b: Tensor) => concat([a, b, b, a, a, b, a, b, a, a], 1),
    reference: (a: Float64Tensor, b: Float64Tensor) => concat64([a, b, b, a, a, b, a, b, a, a], 1),
  },
  ...([0, 1, 2, -1] as const).map((axis) => ({
    ...shared,
    op: "split",
    why: `parts along axis ${axis}, one of which nothing depends on`,
    inputs: [whole([6, 4, 8], { seed: 8 })],
    run: (x: Tensor) =>
      concat([split(x, 2, axis)[1] as Tensor, split(x, 2, axis)[0] as Tensor, split(x, 2, axis)[1] as Tensor], 0),
    reference: (x: Float64Tensor) => {
      const at = axis < 0 ? 2 : axis;
      const half = (x.shape[at] as number) / 2;
      const [first, second] = [slice64(x, at, 0, half), slice64(x, at, half, 2 * half)];
      return concat64([second, first, second], 0);
    },
  })),
  {
    ...shared,
    op: "split",
    why: "parts along axis 0 that can be bound where they lie",
    inputs: [whole([4, 64, 2], { seed: 8 })],
    run: (x) => concat(split(x as Tensor, 4, 0).slice(1), 2),
    reference: (x) =>
      concat64(
        [1, 2, 3].map((k) => slice64(x as Float64Tensor, 0, k, k + 1)),
        2,
      ),
  },
  ...[0, 1, -1].map((axis) => ({
    ...shared,
    op: "unstack",
    why: `parts along axis ${axis}, stacked again in another order`,
    inputs: [cube],
    run: (x: Tensor) => stack(unstack(x, axis).reverse(), axis),
    reference: (x: Float64Tensor) => {
      const at = axis < 0 ? 2 : axis;
      const parts = Array.from({ length: x.shape[at] as number }, (_, k) => slice64(x, at, k, k + 1));
      return concat64(parts.reverse(), at);
    },
  })),
  {
    ...shared,
    op: "stack",
    why: "sixty steps side by side on a new axis in the middle, one tensor of them often",
    inputs: [whole([3, 5], { seed: 9 }), whole([3, 5], { seed: 10 })],
    run: (a: Tensor, b: Tensor) =>
      stack(
        Array.from({ length: 60 }, (_, t) => (t % 7 === 3 ? a : b)),
        1,
      ),
    reference: (a: Float64Tensor, b: Float64Tensor) =>
      concat64(
        Array.from({ length: 60 }, (_, t) => reshape64(t % 7 === 3 ? a : b, [3, 1, 5])),
        1,
      ),
  },
  ...[5, 8].map((D) => ({
    ...shared,
    op: "embedding",
    why: `${D} columns, a token met three times, rows never met`,
    inputs: [whole([6, D], { seed: 7 })],
    run: (table: Tensor) => embedding(table, tensor(ids, { shape: [2, 3] })),
    reference: embedding64,
  })),
  {
    ...shared,
    op: "embedding",
    why: "a padding token, whose row gets no gradient",
    inputs: [frozen],
    run: (table) => embedding(table, tensor(Uint32Array.from(ids), { shape: [2, 3] }), { paddingId: 4 }),
    reference: (table) => embedding64(withoutRow(table as Float64Tensor, 4)),
  },
];
