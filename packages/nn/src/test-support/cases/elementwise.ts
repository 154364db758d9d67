import { type Float64Tensor, uniform } from "@unroll/testing";
import {
  abs,
  clamp,
  exp,
  gelu,
  identity,
  log,
  neg,
  reciprocal,
  relu,
  sigmoid,
  softplus,
  sqrt,
  square,
  type Tensor,
  tanh,
} from "../..";
import { elementwise64 } from "../arrays.reference";
import { type OpCase, whole } from "../check-op";

function unary(
  op: string,
  run: (x: Tensor) => Tensor,
  value: (x: number) => number,
  { x, roundings, why = "" }: { x: Float64Tensor; roundings: number; why?: string },
): OpCase {
  return {
    op,
    why,
    inputs: [x],
    run,
    reference: (a) => elementwise64((n = 0) => value(n), a as Float64Tensor),
    roundings,
  };
}

const sigmoid64 = (x: number): number => 1 / (1 + Math.exp(-x));
/** Φ(x) by Simpson's rule over the density: as good as float64 for |x| ≤ 3 and 400 pieces. */
function normalCdf(x: number): number {
  const pieces = 400;
  const density = (t: number): number => Math.exp(-0.5 * t * t) / Math.sqrt(2 * Math.PI);
  let sum = density(0) + density(x);
  for (let k = 1; k < pieces; k++) sum += (k % 2 === 1 ? 4 : 2) * density((x * k) / pieces);
  return 0.5 + (sum * x) / (3 * pieces);
}

const wholes = whole([3, 5], { seed: 1 });
/** Whole numbers other than 0, where |x| and max(x, 0) have a corner. */
const awayFromZero = { ...wholes, data: wholes.data.map((x) => (x === 0 ? 2 : x)) };
const around = uniform([5, 7], { seed: 2, low: -3, high: 3 });
const positive = uniform([5, 7], { seed: 3, low: 0.5, high: 3 });

export const elementwiseCases: readonly OpCase[] = [
  unary("neg", neg, (x) => -x, { x: wholes, roundings: 0 }),
  unary("identity", identity, (x) => x, { x: wholes, roundings: 0 }),
  unary("square", square, (x) => x * x, { x: wholes, roundings: 0 }),
  unary("abs", abs, Math.abs, { x: wholes, roundings: 0, why: "its slope at 0 is 0" }),
  unary("relu", relu, (x) => Math.max(x, 0), { x: awayFromZero, roundings: 0 }),
  unary(
    "clamp",
    (x) => clamp(x, -1.5, 2.5),
    (x) => Math.min(2.5, Math.max(-1.5, x)),
    { x: wholes, roundings: 0 },
  ),
  // √ may be 1/(1/√x), of 2 and 2.5 ulp; its slope dy/(2y) divides once more: 9 + 5 + 2 half-ulps.
  unary("sqrt", sqrt, Math.sqrt, { x: positive, roundings: 16 }),
  // 1/x is good to 2.5 ulp; its slope takes it squared: 2·5 + 2.
  unary("reciprocal", reciprocal, (x) => 1 / x, { x: positive, roundings: 12 }),
  // exp is good to 3 + 2·3 ulp here; its slope is a product more.
  unary("exp", exp, Math.exp, { x: around, roundings: 19 }),
  // ln is good to 2⁻²¹ = 8ε near 1 and to 3 ulp elsewhere; its slope is a quotient of 2.5 ulp.
  unary("log", log, Math.log, { x: positive, roundings: 8 }),
  // σ is good to 8ε (wgsl/activations.ts); y(1 − y) takes it twice at slopes below 1, and 3 roundings.
  unary("sigmoid", sigmoid, sigmoid64, { x: around, roundings: 19 }),
  // tanh is good to 16ε; the slope 1 − y² takes it twice, and 3 roundings.
  unary("tanh", tanh, Math.tanh, { x: around, roundings: 35 }),
  // erf is good to 16ε; ½·x·(1 + erf) makes 1.5·(16 + 4) of it, the slope ½·16 and 0.24·(3 + 2·4.5 ulp) beside it.
  unary("gelu", gelu, (x) => x * normalCdf(x), { x: around, roundings: 32 }),
  // exp of a number ≤ 0 is off by 2·(3 + 2|x|)·e^−|x| ≤ 6ε, ln(1 + e) by 8ε; the slope is σ, of 8ε.
  unary("softplus", softplus, (x) => Math.log1p(Math.exp(x)), { x: around, roundings: 16 }),
];
