import { DTypeError } from "../core";
import { ACTIVATION_OPS } from "./activation-ops";
import type { DType } from "./dtype";
import { ANY, BOOL, FLOAT, NUMBER, type OpRule, rule, SIGNED, unary, type Value } from "./op-rule";
import { erfValue, roundToEven } from "./special.reference";

const compare = (
  symbol: string,
  value: (a: number, b: number) => boolean,
  accepts: readonly DType[] = NUMBER,
): OpRule => ({
  ...rule(
    [accepts, accepts],
    (a, b) => `(${a} ${symbol} ${b})`,
    (a = 0, b = 0) => Number(value(a, b)),
  ),
  result: "bool",
});
const cast = (result: DType, value: Value): OpRule => ({
  ...rule([ANY], (x) => `${result}(${x})`, value),
  result,
});

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

/**
 * Every elementwise operation. Names ending in Grad are whole steps of a backward pass, dy times a slope, taken from
 * the input x or the output y, whichever is cheaper to have.
 */
export const ELEMENTWISE_OPS = {
  /** x itself: a copy, or a tensor filled with a number. */
  identity: rule(
    [ANY],
    (x) => x,
    (x = 0) => x,
    () => [1],
  ),
  neg: {
    ...rule(
      [SIGNED],
      (x) => `(-${x})`,
      (x = 0) => -x,
      () => [-1],
    ),
  },
  abs: rule(
    [SIGNED],
    (x) => `abs(${x})`,
    Math.abs,
    (x = 0) => [Math.sign(x)],
  ),
  sign: rule([SIGNED], (x) => `sign(${x})`, Math.sign),
  square: rule(
    [NUMBER],
    (x) => `(${x} * ${x})`,
    (x = 0) => x * x,
    (x = 0) => [2 * x],
  ),
  sqrt: unary(
    (x) => `sqrt(${x})`,
    Math.sqrt,
    (x = 0) => 0.5 / Math.sqrt(x),
  ),
  reciprocal: unary(
    (x) => `(1.0 / ${x})`,
    (x = 0) => 1 / x,
    (x = 0) => -1 / (x * x),
  ),
  /** Held finite: e^88 above 88. */
  exp: unary((x) => `expSafe(${x})`, Math.exp, Math.exp),
  log: unary(
    (x) => `log(${x})`,
    Math.log,
    (x = 0) => 1 / x,
  ),
  log1p: unary(
    (x) => `log1p(${x})`,
    Math.log1p,
    (x = 0) => 1 / (1 + x),
  ),
  /** eˣ − 1, with every digit of a small x. */
  expm1: unary((x) => `expm1(${x})`, Math.expm1, Math.exp),
  sin: unary((x) => `sin(${x})`, Math.sin, Math.cos),
  cos: unary(
    (x) => `cos(${x})`,
    Math.cos,
    (x = 0) => -Math.sin(x),
  ),
  erf: unary(
    (x) => `erf(${x})`,
    erfValue,
    (x = 0) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x),
  ),
  sigmoid: unary(
    (x) => `sigmoid(${x})`,
    sigmoidValue,
    (x = 0) => sigmoidValue(x) * sigmoidValue(-x),
  ),
  tanh: unary(
    (x) => `tanhSafe(${x})`,
    Math.tanh,
    (x = 0) => 1 - Math.tanh(x) ** 2,
  ),
  relu: unary(
    (x) => `max(${x}, 0.0)`,
    (x = 0) => Math.max(x, 0),
    (x = 0) => (x > 0 ? 1 : 0),
  ),
  /** x·Φ(x), in its exact form with erf (Hendrycks & Gimpel 2016), PyTorch's default. */
  gelu: unary(
    (x) => `(0.5 * ${x} * (1.0 + erf(0.70710678 * ${x})))`,
    (x = 0) => x * normalCdf(x),
    geluSlope,
  ),
  softplus: unary(
    (x) => `softplus(${x})`,
    (x = 0) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    sigmoidValue,
  ),
  ...ACTIVATION_OPS,
  floor: unary((x) => `floor(${x})`, Math.floor),
  ceil: unary((x) => `ceil(${x})`, Math.ceil),
  /** Halves to even. */
  round: unary((x) => `round(${x})`, roundToEven),
  not: rule(
    [BOOL],
    (x) => `(!${x})`,
    (x = 0) => 1 - x,
  ),
  /** Whether neither infinite nor NaN, by the exponent's bits. */
  isFinite: {
    ...unary(
      (x) => `isFinite(${x})`,
      (x = 0) => Number(Number.isFinite(x)),
    ),
    result: "bool",
  },

  toF32: cast("f32", Math.fround),
  toI32: cast("i32", clampInteger(-(2 ** 31), 2 ** 31 - 1)),
  toU32: cast("u32", clampInteger(0, 2 ** 32 - 1)),
  toBool: cast("bool", (x = 0) => Number(x !== 0)),

  add: rule(
    [NUMBER, NUMBER],
    (a, b) => `(${a} + ${b})`,
    (a = 0, b = 0) => a + b,
    () => [1, 1],
  ),
  sub: rule(
    [NUMBER, NUMBER],
    (a, b) => `(${a} - ${b})`,
    (a = 0, b = 0) => a - b,
    () => [1, -1],
  ),
  mul: rule(
    [NUMBER, NUMBER],
    (a, b) => `(${a} * ${b})`,
    (a = 0, b = 0) => a * b,
    (a = 0, b = 0) => [b, a],
  ),
  div: {
    ...rule(
      [NUMBER, NUMBER],
      (a, b) => `(${a} / ${b})`,
      (a = 0, b = 0) => a / b,
      (a = 0, b = 0) => [1 / b, -a / (b * b)],
    ),
    value: ([a = 0, b = 0], dtype) => (dtype === "f32" ? a / b : Math.trunc(a / b)),
  },
  /** aᵇ, also for whole powers of a negative a. */
  pow: rule(
    [FLOAT, FLOAT],
    (a, b) => `power(${a}, ${b})`,
    (a = 0, b = 0) => a ** b,
    (a = 0, b = 0) => [b * a ** (b - 1), a > 0 ? a ** b * Math.log(a) : 0],
  ),
  min: rule(
    [NUMBER, NUMBER],
    (a, b) => `min(${a}, ${b})`,
    Math.min,
    (a = 0, b = 0) => [share(b, a), share(a, b)],
  ),
  max: rule(
    [NUMBER, NUMBER],
    (a, b) => `max(${a}, ${b})`,
    Math.max,
    (a = 0, b = 0) => [share(a, b), share(b, a)],
  ),
  equal: compare("==", (a, b) => a === b, ANY),
  notEqual: compare("!=", (a, b) => a !== b, ANY),
  less: compare("<", (a, b) => a < b),
  lessEqual: compare("<=", (a, b) => a <= b),
  greater: compare(">", (a, b) => a > b),
  greaterEqual: compare(">=", (a, b) => a >= b),
  and: rule(
    [BOOL, BOOL],
    (a, b) => `(${a} && ${b})`,
    (a = 0, b = 0) => a * b,
  ),
  or: rule([BOOL, BOOL], (a, b) => `(${a} || ${b})`, Math.max),

  /** where(condition, a, b): a where the condition holds, else b. */
  where: {
    ...rule(
      [BOOL, ANY, ANY],
      (c, a, b) => `select(${b}, ${a}, ${c})`,
      (c = 0, a = 0, b = 0) => (c ? a : b),
      (c = 0) => [0, c, 1 - c],
    ),
    alike: [1, 2],
  },
  /** clamp(x, low, high) with low ≤ high. */
  clamp: rule(
    [NUMBER, NUMBER, NUMBER],
    (x, low, high) => `min(max(${x}, ${low}), ${high})`,
    (x = 0, low = 0, high = 0) => Math.min(Math.max(x, low), high),
    (x = 0, low = 0, high = 0) => [x >= low && x <= high ? 1 : 0, x < low ? 1 : 0, x > high ? 1 : 0],
  ),
  /** leakyRelu(x, slope of the negative side). */
  leakyRelu: rule(
    [FLOAT, FLOAT],
    (x, a) => `select(${a} * ${x}, ${x}, ${x} > 0.0)`,
    (x = 0, a = 0) => (x > 0 ? x : a * x),
    (x = 0, a = 0) => [x > 0 ? 1 : a, Math.min(x, 0)],
  ),

  /** (x, dy) → dy·sign(x) */
  absGrad: rule(
    [FLOAT, FLOAT],
    (x, dy) => `(${dy} * sign(${x}))`,
    (x = 0, dy = 0) => dy * Math.sign(x),
  ),
  /** (y, dy) → dy/(2y) */
  sqrtGrad: rule(
    [FLOAT, FLOAT],
    (y, dy) => `(0.5 * ${dy} / ${y})`,
    (y = 0, dy = 0) => (0.5 * dy) / y,
  ),
  /** (y, dy) → −dy·y² */
  reciprocalGrad: rule(
    [FLOAT, FLOAT],
    (y, dy) => `(-${dy} * ${y} * ${y})`,
    (y = 0, dy = 0) => -dy * y * y,
  ),
  /** (y, dy) → dy·y(1 − y) */
  sigmoidGrad: rule(
    [FLOAT, FLOAT],
    (y, dy) => `(${dy} * ${y} * (1.0 - ${y}))`,
    (y = 0, dy = 0) => dy * y * (1 - y),
  ),
  /** (y, dy) → dy·(1 − y²) */
  tanhGrad: rule(
    [FLOAT, FLOAT],
    (y, dy) => `(${dy} * (1.0 - ${y} * ${y}))`,
    (y = 0, dy = 0) => dy * (1 - y * y),
  ),
  /** (y, dy) → dy where y > 0, else 0 */
  reluGrad: rule(
    [FLOAT, FLOAT],
    (y, dy) => `select(0.0, ${dy}, ${y} > 0.0)`,
    (y = 0, dy = 0) => (y > 0 ? dy : 0),
  ),
  /** (x, slope, dy) → dy where x > 0, else slope·dy */
  leakyReluGrad: rule(
    [FLOAT, FLOAT, FLOAT],
    (x, a, dy) => `(${dy} * select(${a}, 1.0, ${x} > 0.0))`,
    (x = 0, a = 0, dy = 0) => (x > 0 ? dy : a * dy),
  ),
  /** (x, dy) → dy·(Φ(x) + x·φ(x)) */
  geluGrad: rule(
    [FLOAT, FLOAT],
    (x, dy) => `(${dy} * geluSlope(${x}))`,
    (x = 0, dy = 0) => dy * geluSlope(x),
  ),
  /** (x, dy) → dy·σ(x) */
  softplusGrad: rule(
    [FLOAT, FLOAT],
    (x, dy) => `(${dy} * sigmoid(${x}))`,
    (x = 0, dy = 0) => dy * sigmoidValue(x),
  ),
  /** (x, dy) → 2·x·dy */
  squareGrad: rule(
    [FLOAT, FLOAT],
    (x, dy) => `(2.0 * ${x} * ${dy})`,
    (x = 0, dy = 0) => 2 * x * dy,
  ),
  /** (a, b, dy) → what max(a, b) passes to a: dy, half of it at a tie. For min, swap a and b. */
  maxGrad: rule(
    [FLOAT, FLOAT, FLOAT],
    (a, b, dy) => `(${dy} * select(select(0.0, 0.5, ${a} == ${b}), 1.0, ${a} > ${b}))`,
    (a = 0, b = 0, dy = 0) => dy * share(a, b),
  ),
  /** (x, low, high, dy) → dy where low ≤ x ≤ high, else 0 */
  clampGrad: rule(
    [FLOAT, FLOAT, FLOAT, FLOAT],
    (x, low, high, dy) => `select(0.0, ${dy}, ${x} >= ${low} && ${x} <= ${high})`,
    (x = 0, low = 0, high = 0, dy = 0) => (x >= low && x <= high ? dy : 0),
  ),
} as const satisfies Readonly<Record<string, OpRule>>;

export type ElementwiseOp = keyof typeof ELEMENTWISE_OPS;

/** The rule of an operation. */
export const opRule = (op: ElementwiseOp): OpRule => ELEMENTWISE_OPS[op];

/**
 * The dtype that `op` gives for arguments of the given dtypes.
 * @throws DTypeError if there are too few or too many, or one has a dtype that the operation does not take
 */
export function resultType(op: ElementwiseOp, args: readonly DType[]): DType {
  const { accepts, alike, result } = opRule(op);
  if (args.length !== accepts.length) {
    throw new DTypeError({
      where: op,
      what: "the number of arguments",
      expected: `${accepts.length}`,
      received: `${args.length}`,
    });
  }
  for (const [index, dtype] of args.entries()) {
    const allowed = accepts[index] ?? [];
    if (!allowed.includes(dtype)) {
      throw new DTypeError({
        where: op,
        what: `argument ${index}`,
        expected: allowed.join(" or "),
        received: dtype,
        remedy: "Cast it first.",
      });
    }
  }
  const common = args[alike[0] ?? 0] ?? "f32";
  for (const index of alike) {
    if (args[index] !== common) {
      throw new DTypeError({
        where: op,
        what: `argument ${index}`,
        expected: `${common} as argument ${alike[0]} is`,
        received: `${args[index]}`,
        remedy: "Cast one of them first.",
      });
    }
  }
  return result ?? common;
}
