import { float64, uniform } from "@unroll/testing";
import { add, div, greater, maximum, minimum, mul, type Operand, pow, sub, type Tensor, tensor, where } from "../..";
import { elementwise64 } from "../arrays.reference";
import { type OpCase, whole } from "../check-op";

type Binary = (a: Operand, b: Operand) => Tensor;
type Value = (a: number, b: number) => number;

/** A binary operation over whole numbers: both ways of broadcasting, a number on either side, one tensor twice. */
function exactCases(op: string, run: Binary, value: Value): OpCase[] {
  const of = (f: (...numbers: number[]) => number): OpCase["reference"] => {
    return (...inputs) => elementwise64(f, ...inputs);
  };
  const both = of((a = 0, b = 0) => value(a, b));
  const pairs: [why: string, a: number[], b: number[]][] = [
    ["one shape", [3, 5], [3, 5]],
    ["a row for every row", [3, 5], [5]],
    ["both sides repeat", [2, 1, 5], [3, 1]],
    ["a scalar", [], [2, 3]],
  ];
  const shared = { op, roundings: 0 };
  return [
    ...pairs.map(([why, a, b]) => ({
      ...shared,
      why,
      inputs: [whole(a, { seed: 1 }), whole(b, { seed: 2 })],
      run: (x: Tensor, y: Tensor) => run(x, y),
      reference: both,
    })),
    {
      ...shared,
      why: "a number on the right",
      inputs: [whole([7], { seed: 3 })],
      run: (x) => run(x, 2),
      reference: of((x = 0) => value(x, 2)),
    },
    {
      ...shared,
      why: "a number on the left",
      inputs: [whole([7], { seed: 4 })],
      run: (x) => run(-1, x),
      reference: of((x = 0) => value(-1, x)),
    },
    {
      ...shared,
      why: "one tensor on both sides",
      inputs: [whole([3, 3], { seed: 5 })],
      run: (x) => run(x, x),
      reference: of((x = 0) => value(x, x)),
    },
  ];
}

/** Away from 0, where quotients and logarithms have no bound. */
const positive = (shape: readonly number[], seed: number) => uniform(shape, { seed, low: 0.5, high: 2 });
const signed = (shape: readonly number[], seed: number) => uniform(shape, { seed, low: -2, high: 2 });
const condition = Uint32Array.from([1, 0, 1]);
const rows = (): Tensor => tensor(condition, { shape: [3, 1], dtype: "bool" });
const holds = float64([3, 1], condition);

/** Division is good to 2.5 ulp, twice in dy·y/b, whose y is off by as much: 5 + 5 + 5, with 3 products. */
const QUOTIENT = 18;
/**
 * aᵇ = 2^(b·log₂ a): log₂ is good to 2⁻²¹ = 8ε here, times |b| ≤ 3, and exp2 to 3 + 2·3 ulp = 18ε; ln a of its gradient
 * is good to 8ε, and three more products.
 */
const POWER = 3 * 8 + 18 + 8 + 3;

export const arithmeticCases: readonly OpCase[] = [
  ...exactCases("add", add, (a, b) => a + b),
  ...exactCases("sub", sub, (a, b) => a - b),
  ...exactCases("mul", mul, (a, b) => a * b),
  // Whole numbers from −3 to 3 meet often: a tie shares the gradient, as a central difference does.
  ...exactCases("maximum", maximum, Math.max),
  ...exactCases("minimum", minimum, Math.min),
  {
    op: "where",
    why: "a condition for each row, a row for each column",
    inputs: [whole([3, 5], { seed: 1 }), whole([5], { seed: 2 })],
    run: (a, b) => where(rows(), a, b),
    reference: (a, b) => elementwise64((c, x = 0, y = 0) => (c ? x : y), holds, a, b),
    roundings: 0,
  },
  {
    op: "where",
    why: "a number on either side, a condition that was computed",
    inputs: [whole([4, 3], { seed: 3, low: 1 })],
    run: (x) => where(greater(x, 1.5), where(greater(x, 2.5), x, 7), -1),
    reference: (x) => elementwise64((a = 0) => (a > 2.5 ? a : a > 1.5 ? 7 : -1), x),
    roundings: 0,
  },
  {
    op: "div",
    why: "broadcast on both sides",
    inputs: [signed([2, 1, 5], 1), positive([3, 1], 2)],
    run: (a, b) => div(a, b),
    reference: (a, b) => elementwise64((x = 0, y = 1) => x / y, a, b),
    roundings: QUOTIENT,
  },
  {
    op: "div",
    why: "a number below and a number above",
    inputs: [positive([7], 3)],
    run: (x) => add(div(x, 3), div(5, x)),
    reference: (x) => elementwise64((a = 1) => a / 3 + 5 / a, x),
    roundings: 5 * QUOTIENT,
  },
  {
    op: "pow",
    why: "tensors on both sides",
    inputs: [positive([2, 5], 1), signed([5], 2)],
    run: (a, b) => pow(a, b),
    reference: (a, b) => elementwise64((x = 1, y = 1) => x ** y, a, b),
    roundings: POWER,
  },
  {
    op: "pow",
    why: "a negative base with whole exponents",
    inputs: [uniform([9], { seed: 3, low: -2, high: -0.5 })],
    run: (x) => add(pow(x, 3), pow(x, -2)),
    reference: (x) => elementwise64((a = 1) => a ** 3 + a ** -2, x),
    roundings: 8 * POWER,
  },
  {
    op: "pow",
    why: "a square, exact through 0",
    inputs: [whole([7], { seed: 4 })],
    run: (x) => pow(x, 2),
    reference: (x) => elementwise64((a = 0) => a * a, x),
    roundings: 0,
  },
  {
    op: "pow",
    why: "a number to the power of a tensor",
    inputs: [signed([7], 5)],
    run: (x) => pow(2, x),
    reference: (x) => elementwise64((b = 0) => 2 ** b, x),
    roundings: POWER,
  },
];
