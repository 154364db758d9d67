import type { Argument } from "../graph/node";
import { elementwise } from "../graph/run";
import type { Tensor } from "../tensor/tensor";
import { defineElementwise } from "./arithmetic";

const input = (args: readonly Argument[]): Argument => args[0] as Argument;

const exponentialLessOne = defineElementwise("expm1", "expm1", (dy, y) => [
  () => elementwise("mul", [dy, elementwise("add", [y, 1])]),
]);
const logarithmOfOneMore = defineElementwise("log1p", "log1p", (dy, _, args) => [
  () => elementwise("div", [dy, elementwise("add", [input(args), 1])]),
]);
const errorFunction = defineElementwise("erf", "erf", (dy, _, args) => [
  () => {
    const density = elementwise("exp", [elementwise("neg", [elementwise("square", [input(args)])])]);
    return elementwise("mul", [elementwise("mul", [dy, density]), 2 / Math.sqrt(Math.PI)]);
  },
]);
const sine = defineElementwise("sin", "sin", (dy, _, args) => [
  () => elementwise("mul", [dy, elementwise("cos", [input(args)])]),
]);
const cosine = defineElementwise("cos", "cos", (dy, _, args) => [
  () => elementwise("neg", [elementwise("mul", [dy, elementwise("sin", [input(args)])])]),
]);

/** eˣ − 1, with every digit of a small x */
export const expm1 = (x: Tensor): Tensor => exponentialLessOne(x);
/** ln(1 + x), with every digit of a small x */
export const log1p = (x: Tensor): Tensor => logarithmOfOneMore(x);
/** erf x = 2/√π·∫₀ˣ e^(−t²) dt */
export const erf = (x: Tensor): Tensor => errorFunction(x);
/** sin x, x in radians, |x| ≤ π: devices are good to 2⁻¹¹ there */
export const sin = (x: Tensor): Tensor => sine(x);
/** cos x, x in radians, |x| ≤ π: devices are good to 2⁻¹¹ there */
export const cos = (x: Tensor): Tensor => cosine(x);
