import { ACTIVATION_CODE } from "./activation-code";
import type { ElementwiseOp } from "./op-types";

/** WGSL over argument names, which may be pasted more than once; a bool argument is a WGSL bool. */
export type Code = (...names: string[]) => string;

/**
 * WGSL of every elementwise operation. Names ending in Grad are whole steps of a backward pass, dy times a slope, taken
 * from the input x or the output y, whichever is cheaper to have.
 */
const OP_CODE: Readonly<Record<ElementwiseOp, Code>> = {
  /** x itself: a copy, or a tensor filled with a number. */
  identity: (x) => x,
  neg: (x) => `(-${x})`,
  abs: (x) => `abs(${x})`,
  sign: (x) => `sign(${x})`,
  square: (x) => `(${x} * ${x})`,
  sqrt: (x) => `sqrt(${x})`,
  reciprocal: (x) => `(1.0 / ${x})`,

  /** Held finite: e^88 above 88. */
  exp: (x) => `expSafe(${x})`,
  log: (x) => `log(${x})`,
  log1p: (x) => `log1p(${x})`,

  /** eˣ − 1, with every digit of a small x. */
  expm1: (x) => `expm1(${x})`,
  sin: (x) => `sin(${x})`,
  cos: (x) => `cos(${x})`,
  erf: (x) => `erf(${x})`,
  sigmoid: (x) => `sigmoid(${x})`,
  tanh: (x) => `tanhSafe(${x})`,
  relu: (x) => `max(${x}, 0.0)`,

  /** x·Φ(x), in its exact form with erf (Hendrycks & Gimpel 2016), PyTorch's default. */
  gelu: (x) => `(0.5 * ${x} * (1.0 + erf(0.70710678 * ${x})))`,
  softplus: (x) => `softplus(${x})`,
  ...ACTIVATION_CODE,
  floor: (x) => `floor(${x})`,
  ceil: (x) => `ceil(${x})`,

  /** Halves to even. */
  round: (x) => `round(${x})`,
  not: (x) => `(!${x})`,

  /** Whether neither infinite nor NaN, by the exponent's bits. */
  isFinite: (x) => `isFinite(${x})`,
  toF32: (x) => `f32(${x})`,
  toI32: (x) => `i32(${x})`,
  toU32: (x) => `u32(${x})`,
  toBool: (x) => `bool(${x})`,
  add: (a, b) => `(${a} + ${b})`,
  sub: (a, b) => `(${a} - ${b})`,
  mul: (a, b) => `(${a} * ${b})`,
  div: (a, b) => `(${a} / ${b})`,

  /** aᵇ, also for whole powers of a negative a. */
  pow: (a, b) => `power(${a}, ${b})`,
  min: (a, b) => `min(${a}, ${b})`,
  max: (a, b) => `max(${a}, ${b})`,
  equal: (a, b) => `(${a} == ${b})`,
  notEqual: (a, b) => `(${a} != ${b})`,
  less: (a, b) => `(${a} < ${b})`,
  lessEqual: (a, b) => `(${a} <= ${b})`,
  greater: (a, b) => `(${a} > ${b})`,
  greaterEqual: (a, b) => `(${a} >= ${b})`,
  and: (a, b) => `(${a} && ${b})`,
  or: (a, b) => `(${a} || ${b})`,

  /** where(condition, a, b): a where the condition holds, else b. */
  where: (c, a, b) => `select(${b}, ${a}, ${c})`,

  /** clamp(x, low, high) with low ≤ high. */
  clamp: (x, low, high) => `min(max(${x}, ${low}), ${high})`,

  /** leakyRelu(x, slope of the negative side). */
  leakyRelu: (x, a) => `select(${a} * ${x}, ${x}, ${x} > 0.0)`,

  /** (x, dy) → dy·sign(x) */
  absGrad: (x, dy) => `(${dy} * sign(${x}))`,

  /** (y, dy) → dy/(2y) */
  sqrtGrad: (y, dy) => `(0.5 * ${dy} / ${y})`,

  /** (y, dy) → −dy·y² */
  reciprocalGrad: (y, dy) => `(-${dy} * ${y} * ${y})`,

  /** (y, dy) → dy·y(1 − y) */
  sigmoidGrad: (y, dy) => `(${dy} * ${y} * (1.0 - ${y}))`,

  /** (y, dy) → dy·(1 − y²) */
  tanhGrad: (y, dy) => `(${dy} * (1.0 - ${y} * ${y}))`,

  /** (y, dy) → dy where y > 0, else 0 */
  reluGrad: (y, dy) => `select(0.0, ${dy}, ${y} > 0.0)`,

  /** (x, slope, dy) → dy where x > 0, else slope·dy */
  leakyReluGrad: (x, a, dy) => `(${dy} * select(${a}, 1.0, ${x} > 0.0))`,

  /** (x, dy) → dy·(Φ(x) + x·φ(x)) */
  geluGrad: (x, dy) => `(${dy} * geluSlope(${x}))`,

  /** (x, dy) → dy·σ(x) */
  softplusGrad: (x, dy) => `(${dy} * sigmoid(${x}))`,

  /** (x, dy) → 2·x·dy */
  squareGrad: (x, dy) => `(2.0 * ${x} * ${dy})`,

  /** (a, b, dy) → what max(a, b) passes to a: dy, half of it at a tie. For min, swap a and b. */
  maxGrad: (a, b, dy) => `(${dy} * select(select(0.0, 0.5, ${a} == ${b}), 1.0, ${a} > ${b}))`,

  /** (x, low, high, dy) → dy where low ≤ x ≤ high, else 0 */
  clampGrad: (x, low, high, dy) => `select(0.0, ${dy}, ${x} >= ${low} && ${x} <= ${high})`,
};

/** WGSL of an operation over the names of its arguments. */
export const opCode = (op: ElementwiseOp, names: readonly string[]): string => OP_CODE[op](...names);
