import { ACTIVATION_REFERENCES } from "./activation-ops.reference";
import { type OpReference, of, slope } from "./op-reference";
import type { ElementwiseOp } from "./op-types";
import { erfValue, roundToEven } from "./special.reference";

/** The value of a comparison, 0 or 1. */
const holds =
  (compare: (a: number, b: number) => boolean) =>
  (a = 0, b = 0) =>
    Number(compare(a, b));
const sigmoidValue = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
const normalCdf = (x: number): number => 0.5 * (1 + erfValue(x * Math.SQRT1_2));
const normalDensity = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
const geluSlope = (x: number): number => normalCdf(x) + x * normalDensity(x);
const clampInteger =
  (low: number, high: number) =>
  (x = 0) =>
    Math.min(high, Math.max(low, Math.trunc(x)));
/** 1 on the greater side of a comparison, 1/2 at a tie, as PyTorch shares it. */
const share = (greater: number, less: number): number => (greater > less ? 1 : greater === less ? 0.5 : 0);

/** Values and slopes of every elementwise operation in float64. */
export const OP_REFERENCES: Readonly<Record<ElementwiseOp, OpReference>> = {
  identity: of(
    (x = 0) => x,
    () => [1],
  ),
  neg: of(
    (x = 0) => -x,
    () => [-1],
  ),
  abs: of(Math.abs, (x = 0) => [Math.sign(x)]),
  sign: of(Math.sign),
  square: of(
    (x = 0) => x * x,
    (x = 0) => [2 * x],
  ),
  sqrt: of(
    Math.sqrt,
    slope((x = 0) => 0.5 / Math.sqrt(x)),
  ),
  reciprocal: of(
    (x = 0) => 1 / x,
    slope((x = 0) => -1 / (x * x)),
  ),
  exp: of(Math.exp, slope(Math.exp)),
  log: of(
    Math.log,
    slope((x = 0) => 1 / x),
  ),
  log1p: of(
    Math.log1p,
    slope((x = 0) => 1 / (1 + x)),
  ),
  expm1: of(Math.expm1, slope(Math.exp)),
  sin: of(Math.sin, slope(Math.cos)),
  cos: of(
    Math.cos,
    slope((x = 0) => -Math.sin(x)),
  ),
  erf: of(
    erfValue,
    slope((x = 0) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x)),
  ),
  sigmoid: of(
    sigmoidValue,
    slope((x = 0) => sigmoidValue(x) * sigmoidValue(-x)),
  ),
  tanh: of(
    Math.tanh,
    slope((x = 0) => 1 - Math.tanh(x) ** 2),
  ),
  relu: of(
    (x = 0) => Math.max(x, 0),
    slope((x = 0) => (x > 0 ? 1 : 0)),
  ),
  gelu: of((x = 0) => x * normalCdf(x), slope(geluSlope)),
  softplus: of((x = 0) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), slope(sigmoidValue)),
  ...ACTIVATION_REFERENCES,
  floor: of(Math.floor),
  ceil: of(Math.ceil),
  round: of(roundToEven),
  not: of((x = 0) => 1 - x),
  isFinite: of((x = 0) => Number(Number.isFinite(x))),
  toF32: of(Math.fround),
  toI32: of(clampInteger(-(2 ** 31), 2 ** 31 - 1)),
  toU32: of(clampInteger(0, 2 ** 32 - 1)),
  toBool: of((x = 0) => Number(x !== 0)),
  add: of(
    (a = 0, b = 0) => a + b,
    () => [1, 1],
  ),
  sub: of(
    (a = 0, b = 0) => a - b,
    () => [1, -1],
  ),
  mul: of(
    (a = 0, b = 0) => a * b,
    (a = 0, b = 0) => [b, a],
  ),
  div: {
    value: ([a = 0, b = 0], dtype) => (dtype === "f32" ? a / b : Math.trunc(a / b)),
    slopes: (numbers) => ((a = 0, b = 0) => [1 / b, -a / (b * b)])(...numbers),
  },
  pow: of(
    (a = 0, b = 0) => a ** b,
    (a = 0, b = 0) => [b * a ** (b - 1), a > 0 ? a ** b * Math.log(a) : 0],
  ),
  min: of(Math.min, (a = 0, b = 0) => [share(b, a), share(a, b)]),
  max: of(Math.max, (a = 0, b = 0) => [share(a, b), share(b, a)]),
  equal: of(holds((a, b) => a === b)),
  notEqual: of(holds((a, b) => a !== b)),
  less: of(holds((a, b) => a < b)),
  lessEqual: of(holds((a, b) => a <= b)),
  greater: of(holds((a, b) => a > b)),
  greaterEqual: of(holds((a, b) => a >= b)),
  and: of((a = 0, b = 0) => a * b),
  or: of(Math.max),
  where: of(
    (c = 0, a = 0, b = 0) => (c ? a : b),
    (c = 0) => [0, c, 1 - c],
  ),
  clamp: of(
    (x = 0, low = 0, high = 0) => Math.min(Math.max(x, low), high),
    (x = 0, low = 0, high = 0) => [x >= low && x <= high ? 1 : 0, x < low ? 1 : 0, x > high ? 1 : 0],
  ),
  leakyRelu: of(
    (x = 0, a = 0) => (x > 0 ? x : a * x),
    (x = 0, a = 0) => [x > 0 ? 1 : a, Math.min(x, 0)],
  ),
  absGrad: of((x = 0, dy = 0) => dy * Math.sign(x)),
  sqrtGrad: of((y = 0, dy = 0) => (0.5 * dy) / y),
  reciprocalGrad: of((y = 0, dy = 0) => -dy * y * y),
  sigmoidGrad: of((y = 0, dy = 0) => dy * y * (1 - y)),
  tanhGrad: of((y = 0, dy = 0) => dy * (1 - y * y)),
  reluGrad: of((y = 0, dy = 0) => (y > 0 ? dy : 0)),
  leakyReluGrad: of((x = 0, a = 0, dy = 0) => (x > 0 ? dy : a * dy)),
  geluGrad: of((x = 0, dy = 0) => dy * geluSlope(x)),
  softplusGrad: of((x = 0, dy = 0) => dy * sigmoidValue(x)),
  squareGrad: of((x = 0, dy = 0) => 2 * x * dy),
  maxGrad: of((a = 0, b = 0, dy = 0) => dy * share(a, b)),
  clampGrad: of((x = 0, low = 0, high = 0, dy = 0) => (x >= low && x <= high ? dy : 0)),
};
