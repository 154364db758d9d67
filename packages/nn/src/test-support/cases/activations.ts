import { type Float64Tensor, uniform } from "@unroll/testing";
import {
  celu,
  cos,
  elu,
  erf,
  expm1,
  gelu,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  log1p,
  mish,
  prelu,
  selu,
  silu,
  sin,
  softsign,
  swish,
  type Tensor,
  thresholdedRelu,
} from "../..";
import { elementwise64 } from "../arrays.reference";
import { type OpCase, whole } from "../check-op";

const around = uniform([5, 7], { seed: 2, low: -3, high: 3 });
const angles = uniform([5, 7], { seed: 3, low: -3, high: 3 });
const positive = uniform([5, 7], { seed: 4, low: -0.5, high: 3 });
const wholes = whole([3, 5], { seed: 1 });
/** Whole numbers other than 0, where some have a corner. */
const awayFromZero = { ...wholes, data: wholes.data.map((x) => (x === 0 ? 2 : x)) };

const sigmoid64 = (x: number): number => 1 / (1 + Math.exp(-x));
const elu64 = (x: number, alpha: number): number => (x > 0 ? x : alpha * Math.expm1(x));
const clamp64 = (x: number): number => Math.min(1, Math.max(0, x));
/** 2/√π·∫₀ˣ e^(−t²) dt by Simpson's rule: as good as float64 for |x| ≤ 3 and 600 pieces. */
function erf64(x: number): number {
  const pieces = 600;
  let sum = 1 + Math.exp(-x * x);
  for (let k = 1; k < pieces; k++) sum += (k % 2 === 1 ? 4 : 2) * Math.exp(-(((x * k) / pieces) ** 2));
  return (2 / Math.sqrt(Math.PI)) * ((sum * x) / (3 * pieces));
}

const one = (
  op: string,
  run: (x: Tensor) => Tensor,
  value: (x: number) => number,
  { roundings, x = around, why = "" }: { roundings: number; x?: Float64Tensor; why?: string },
): OpCase => ({
  op,
  why,
  inputs: [x],
  run,
  reference: (a) => elementwise64((n = 0) => value(n), a as Float64Tensor),
  roundings,
});

/** Bounds are those of wgsl/gated.ts and wgsl/special.ts for |x| ≤ 3, in 2⁻²⁴; the larger one of value and slope. */
export const activationCases: readonly OpCase[] = [
  one(
    "leakyRelu",
    (x) => leakyRelu(x, 0.125),
    (x) => (x > 0 ? x : 0.125 * x),
    { x: awayFromZero, roundings: 0 },
  ),
  {
    op: "prelu",
    why: "a weight for each column",
    inputs: [awayFromZero, whole([5], { seed: 5 })],
    run: (x, weight) => prelu(x as Tensor, weight as Tensor),
    reference: (x, weight) => elementwise64((a = 0, w = 0) => (a > 0 ? a : w * a), x, weight),
    roundings: 0,
  },
  // 1.5 times the 6 of expm1, or the 6 of e^x, and a product
  one(
    "elu",
    (x) => elu(x, 1.5),
    (x) => elu64(x, 1.5),
    { roundings: 12 },
  ),
  one("selu", selu, (x) => 1.0507009873554805 * elu64(x, 1.6732632423543772), { roundings: 16 }),
  // a quotient of 5 before, at a slope of 1, and two products
  one(
    "celu",
    (x) => celu(x, 1.5),
    (x) => 1.5 * elu64(x / 1.5, 1),
    { roundings: 24 },
  ),
  one(
    "gelu",
    (x) => gelu(x, { approximate: "tanh" }),
    (x) => x * sigmoid64(2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)),
    { roundings: 32, why: "by tanh" },
  ),
  one(
    "hardSigmoid",
    (x) => hardSigmoid(x, 0.25, 0.625),
    (x) => clamp64(0.25 * x + 0.625),
    { roundings: 2 },
  ),
  one("hardSigmoid", hardSigmoid, (x) => clamp64(0.2 * x + 0.5), { roundings: 4, why: "as cells have it" }),
  one("hardSwish", hardSwish, (x) => x * clamp64(x / 6 + 0.5), {
    roundings: 12,
    x: uniform([5, 7], { seed: 6, low: -5, high: 5 }),
  }),
  one("mish", mish, (x) => x * Math.tanh(Math.log1p(Math.exp(x))), { roundings: 36 }),
  one("softsign", softsign, (x) => x / (1 + Math.abs(x)), { roundings: 14 }),
  one(
    "swish",
    (x) => swish(x, 1.5),
    (x) => x * sigmoid64(1.5 * x),
    { roundings: 32 },
  ),
  one("silu", silu, (x) => x * sigmoid64(x), { roundings: 32 }),
  one(
    "thresholdedRelu",
    (x) => thresholdedRelu(x, 1.5),
    (x) => (x > 1.5 ? x : 0),
    { x: wholes, roundings: 0 },
  ),
  one("expm1", expm1, Math.expm1, { roundings: 20 }), // (3 + 2·3) ulp of exp, and a sum
  // 24 of the result, below 1.4; its slope is a quotient and a sum of numbers below 2
  one("log1p", log1p, Math.log1p, { x: positive, roundings: 34 }),
  one("erf", erf, erf64, { roundings: 20 }), // 6; the slope is 1.13 times exp of up to 9, by 3 + 2·x² ulp of e^(−x²) ≤ 1
  // WGSL promises sin and cos to 2⁻¹¹ within [−π, π], 2¹³ of 2⁻²⁴
  one("sin", sin, Math.sin, { x: angles, roundings: 2 ** 13 + 1 }),
  one("cos", cos, Math.cos, { x: angles, roundings: 2 ** 13 + 1 }),
];
