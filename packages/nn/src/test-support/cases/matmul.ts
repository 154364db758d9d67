import type { Float64Tensor } from "@unroll/testing";
import { add, linear, matmul, stack, type Tensor, transpose, unstack } from "../..";
import { elementwise64, matmul64, reshape64, transpose64 } from "../arrays.reference";
import { type OpCase, whole } from "../check-op";

const shapes: [a: number[], b: number[]][] = [
  [
    [1, 1],
    [1, 1],
  ],
  [
    [3, 5],
    [5, 7],
  ],
  [
    [1, 9],
    [9, 2],
  ],
  [
    [2, 3, 5],
    [5, 7],
  ],
  [
    [3, 5],
    [2, 5, 7],
  ],
  [
    [2, 3, 5],
    [2, 5, 7],
  ],
  [
    [2, 3, 2, 4],
    [2, 3, 4, 3],
  ],
];

const sides = [
  { left: false, right: false },
  { left: true, right: false },
  { left: false, right: true },
  { left: true, right: true },
];

const swap = (shape: readonly number[]): number[] => [
  ...shape.slice(0, -2),
  shape.at(-1) as number,
  shape.at(-2) as number,
];

/** Sums of a few products of whole numbers are exact in any order, so one term lost or taken twice is seen. */
export const matmulCases: readonly OpCase[] = [
  ...shapes.flatMap(([a, b]) =>
    sides.map(({ left, right }) => ({
      op: "matmul",
      why: `[${a}]${left ? " transposed" : ""} · [${b}]${right ? " transposed" : ""}`,
      inputs: [whole(left ? swap(a) : a, { seed: 1 }), whole(right ? swap(b) : b, { seed: 2 })],
      run: (x: Tensor, y: Tensor) => matmul(left ? transpose(x) : x, right ? transpose(y) : y),
      reference: (x: Float64Tensor, y: Float64Tensor) =>
        matmul64(left ? transpose64(x) : x, right ? transpose64(y) : y),
      roundings: 0,
    })),
  ),
  {
    op: "matmul",
    why: "a matrix by its own transpose",
    inputs: [whole([3, 5], { seed: 3 })],
    run: (x) => matmul(x, transpose(x)),
    reference: (x) => matmul64(x as Float64Tensor, transpose64(x as Float64Tensor)),
    roundings: 0,
  },
  ...[[5], [3, 5], [2, 3, 5]].map((shape) => ({
    op: "linear",
    why: `x [${shape}] with a bias`,
    inputs: [whole(shape, { seed: 4 }), whole([7, 5], { seed: 5 }), whole([7], { seed: 6 })],
    run: linear,
    reference: (x: Float64Tensor, w: Float64Tensor, b: Float64Tensor) => affine64(x, w, b),
    roundings: 0,
  })),
  {
    op: "linear",
    why: "no bias",
    inputs: [whole([4, 3], { seed: 7 }), whole([2, 3], { seed: 8 })],
    run: (x, w) => linear(x, w),
    reference: (x, w) => matmul64(x as Float64Tensor, transpose64(w as Float64Tensor)),
    roundings: 0,
  },
  {
    op: "linear",
    why: "one weight at six steps and once at all of them",
    inputs: [whole([6, 3, 5], { seed: 9 }), whole([7, 5], { seed: 10 }), whole([7], { seed: 11 })],
    run: (x, w, b) => {
      const [all, weight] = [x as Tensor, w as Tensor];
      const steps = unstack(all, 0).map((step) => linear(step, weight, b));
      return add(stack(steps, 0), linear(all, weight, b));
    },
    reference: (x, w, b) => {
      const once = affine64(x as Float64Tensor, w as Float64Tensor, b as Float64Tensor);
      return { ...once, data: once.data.map((value) => 2 * value) };
    },
    roundings: 0,
  },
  ...[false, true].map((isSwapped) => ({
    op: "matmul",
    why: `one matrix${isSwapped ? " transposed" : ""} at six steps`,
    inputs: [whole([6, 3, 5], { seed: 9 }), whole(isSwapped ? [7, 5] : [5, 7], { seed: 10 })],
    run: (x: Tensor, w: Tensor) =>
      stack(
        unstack(x, 0).map((step) => matmul(step, isSwapped ? transpose(w) : w)),
        0,
      ),
    reference: (x: Float64Tensor, w: Float64Tensor) => matmul64(x, isSwapped ? transpose64(w) : w),
    roundings: 0,
  })),
];

function affine64(x: Float64Tensor, w: Float64Tensor, b: Float64Tensor): Float64Tensor {
  const rows = x.shape.length === 1 ? reshape64(x, [1, x.data.length]) : x;
  const y = elementwise64((product = 0, bias = 0) => product + bias, matmul64(rows, transpose64(w)), b);
  return reshape64(y, [...x.shape.slice(0, -1), w.shape[0] as number]);
}
