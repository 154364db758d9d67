import { defineOp } from "../autograd/define-op";
import type { Argument } from "../graph/node";
import { cutOff, elementwise } from "../graph/run";
import { type DType, expectKnownDType } from "../tensor/dtype";
import { expectTensor } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import type { Tensor } from "../tensor/tensor";
import { defineElementwise } from "./arithmetic";
import type { Operand } from "./operands";
import { expectOneOf } from "./options";

const input = (args: readonly Argument[]): Argument => args[0] as Argument;

const negation = defineElementwise("neg", "neg", (dy) => [() => elementwise("neg", [dy])]);
const absolute = defineElementwise("abs", "abs", (dy, _, args) => [() => elementwise("absGrad", [input(args), dy])]);
const square_ = defineElementwise("square", "square", (dy, _, args) => [
  () => elementwise("squareGrad", [input(args), dy]),
]);
const root = defineElementwise("sqrt", "sqrt", (dy, y) => [() => elementwise("sqrtGrad", [y, dy])]);
const inverse = defineElementwise("reciprocal", "reciprocal", (dy, y) => [
  () => elementwise("reciprocalGrad", [y, dy]),
]);
const exponential = defineElementwise("exp", "exp", (dy, y) => [() => elementwise("mul", [dy, y])]);
const logarithm = defineElementwise("log", "log", (dy, _, args) => [() => elementwise("div", [dy, input(args)])]);
const logistic = defineElementwise("sigmoid", "sigmoid", (dy, y) => [() => elementwise("sigmoidGrad", [y, dy])]);
const tangent = defineElementwise("tanh", "tanh", (dy, y) => [() => elementwise("tanhGrad", [y, dy])]);
const rectifier = defineElementwise("relu", "relu", (dy, y) => [() => elementwise("reluGrad", [y, dy])]);
const gaussian = defineElementwise("gelu", "gelu", (dy, _, args) => [() => elementwise("geluGrad", [input(args), dy])]);
const gaussianByTanh = defineElementwise("gelu", "geluTanh", (dy, _, args) => [
  () => elementwise("geluTanhGrad", [input(args), dy]),
]);
const softRectifier = defineElementwise("softplus", "softplus", (dy, _, args) => [
  () => elementwise("softplusGrad", [input(args), dy]),
]);
const bounded = defineElementwise("clamp", "clamp", (dy, _, args) => [
  () => elementwise("clampGrad", [...args, dy]),
  undefined,
  undefined,
]);
const copy = defineElementwise("identity", "identity", (dy) => [() => dy]);

/** −x */
export const neg = (x: Tensor): Tensor => negation(x);
/** |x|; its derivative at 0 is 0. */
export const abs = (x: Tensor): Tensor => absolute(x);
/** x² */
export const square = (x: Tensor): Tensor => square_(x);
/** √x, x ≥ 0 */
export const sqrt = (x: Tensor): Tensor => root(x);
/** 1/x */
export const reciprocal = (x: Tensor): Tensor => inverse(x);
/** eˣ, held finite above 88 */
export const exp = (x: Tensor): Tensor => exponential(x);
/** ln x, x > 0 */
export const log = (x: Tensor): Tensor => logarithm(x);
/** σ(x) = 1/(1 + e⁻ˣ) */
export const sigmoid = (x: Tensor): Tensor => logistic(x);
/** tanh x */
export const tanh = (x: Tensor): Tensor => tangent(x);
/** max(x, 0) */
export const relu = (x: Tensor): Tensor => rectifier(x);
/**
 * x·Φ(x) with the exact Gaussian distribution function (Hendrycks & Gimpel 2016), or as `approximate: "tanh"` its form
 * x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2 that some models were trained with.
 */
export function gelu(x: Tensor, options: { approximate?: "none" | "tanh" } = {}): Tensor {
  const { approximate = "none" } = expectKnown("gelu", options, ["approximate"]);
  return expectOneOf("gelu", { approximate }, ["none", "tanh"]) === "tanh" ? gaussianByTanh(x) : gaussian(x);
}
/** ln(1 + eˣ) */
export const softplus = (x: Tensor): Tensor => softRectifier(x);
/** x held within [low, high]; outside, its derivative is 0. */
export const clamp = (x: Tensor, low: number, high: number): Tensor => bounded(x, low, high);

/** x·1: a value of its own, through which gradients flow. */
export const identity = (x: Operand): Tensor => copy(x);

const widthOf = defineOp<{ x: Tensor }, { to: "f32" | "f16"; from: "f32" | "f16" }, { y: Tensor }, null>({
  name: "cast",
  forward: ({ x }, { to }) => ({ out: { y: elementwise("identity", [x], x.shape, to) }, saved: null }),
  backward: ({ y: dy }, _, __, { from }) => (dy ? { x: elementwise("identity", [dy], dy.shape, from) } : {}),
});

/**
 * x as another dtype. From f32 to f16 numbers are rounded to the nearest half, those from 65,520 on to infinity; to whole
 * numbers they are cut towards zero. Gradients pass between f32 and f16 only.
 */
export function cast(x: Tensor, dtype: DType): Tensor {
  expectTensor("cast", "x", x);
  expectKnownDType("cast", dtype);
  if (x.dtype === dtype) return x;
  if (dtype !== "f32" && dtype !== "f16")
    return elementwise(({ i32: "toI32", u32: "toU32", bool: "toBool" } as const)[dtype], [x]);
  if (x.dtype !== "f32" && x.dtype !== "f16") return elementwise("toF32", [x], x.shape, dtype);
  return widthOf({ x }, { to: dtype, from: x.dtype }).y;
}

/** x as a constant: the graph is cut here, and no gradient flows back, to a parameter or a plain tensor neither. */
export function detach(x: Tensor): Tensor {
  expectTensor("detach", "x", x);
  return cutOff(x);
}
