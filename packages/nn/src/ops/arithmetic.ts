import type { ElementwiseOp } from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import type { Argument } from "../graph/node";
import { elementwise, fill } from "../graph/run";
import { expectExtents, type Shape } from "../tensor/shape";
import { Tensor } from "../tensor/tensor";
import { argumentsOf, type Operand } from "./operands";
import { sumTo } from "./sum-to";

/** d of each argument, from the arguments, the result and its gradient; absent where an argument has none. */
type Rule = (dy: Tensor, y: Tensor, args: readonly Argument[]) => readonly ((() => Tensor) | undefined)[];

/** A differentiable elementwise operation over tensors and numbers. */
function define(name: string, op: ElementwiseOp, rule: Rule | null): (...operands: readonly Operand[]) => Tensor {
  const apply = defineOp<Record<string, Tensor>, { args: readonly Argument[] }, { y: Tensor }, { y: Tensor }>({
    name,
    forward(_, { args }) {
      const y = elementwise(op, args);
      return { out: { y }, saved: { y } };
    },
    backward({ y: dy }, { y }, needs, { args }) {
      if (!dy || !rule) return {};
      const slopes = rule(dy, y, args);
      const gradients: Record<string, Tensor> = {};
      for (const [index, arg] of args.entries()) {
        const slope = slopes[index];
        if (arg instanceof Tensor && slope && needs.has(String(index))) gradients[index] = sumTo(slope(), arg.shape);
      }
      return gradients;
    },
  });
  return (...operands) => {
    const args = argumentsOf(name, operands);
    const inputs: Record<string, Tensor> = {};
    for (const [index, arg] of args.entries()) if (arg instanceof Tensor) inputs[index] = arg;
    return apply(inputs, { args }).y;
  };
}

const arg = (args: readonly Argument[], index: number): Argument => args[index] as Argument;

const addition = define("add", "add", (dy) => [() => dy, () => dy]);
const subtraction = define("sub", "sub", (dy) => [() => dy, () => elementwise("neg", [dy])]);
const product = define("mul", "mul", (dy, _, args) => [
  () => elementwise("mul", [dy, arg(args, 1)]),
  () => elementwise("mul", [dy, arg(args, 0)]),
]);
const quotient = define("div", "div", (dy, y, args) => [
  () => elementwise("div", [dy, arg(args, 1)]),
  () => elementwise("neg", [elementwise("div", [elementwise("mul", [dy, y]), arg(args, 1)])]),
]);
const power = define("pow", "pow", (dy, y, args) => [
  // b·a^(b−1), and ln a · aᵇ where a > 0
  () => {
    const [a, b] = [arg(args, 0), arg(args, 1)];
    const oneLess = elementwise("sub", [b, 1]);
    return elementwise("mul", [dy, elementwise("mul", [b, elementwise("pow", [a, oneLess])])]);
  },
  () => {
    const a = arg(args, 0);
    const isPositive = elementwise("greater", [a, 0]);
    const logarithm = elementwise("log", [elementwise("where", [isPositive, a, 1])]);
    return elementwise("where", [isPositive, elementwise("mul", [dy, elementwise("mul", [y, logarithm])]), 0]);
  },
]);
const larger = define("maximum", "max", (dy, _, args) => [
  () => elementwise("maxGrad", [arg(args, 0), arg(args, 1), dy]),
  () => elementwise("maxGrad", [arg(args, 1), arg(args, 0), dy]),
]);
const smaller = define("minimum", "min", (dy, _, args) => [
  () => elementwise("maxGrad", [arg(args, 1), arg(args, 0), dy]),
  () => elementwise("maxGrad", [arg(args, 0), arg(args, 1), dy]),
]);
const choice = define("where", "where", (dy, _, args) => [
  undefined,
  () => elementwise("where", [arg(args, 0), dy, fill(0, dy.shape)]),
  () => elementwise("where", [arg(args, 0), fill(0, dy.shape), dy]),
]);

/** a + b, shapes broadcast as NumPy's. */
export const add = (a: Operand, b: Operand): Tensor => addition(a, b);
/** a − b, shapes broadcast. */
export const sub = (a: Operand, b: Operand): Tensor => subtraction(a, b);
/** a·b by element, shapes broadcast. */
export const mul = (a: Operand, b: Operand): Tensor => product(a, b);
/** a / b by element, shapes broadcast. */
export const div = (a: Operand, b: Operand): Tensor => quotient(a, b);
/** aᵇ by element. */
export const pow = (a: Operand, b: Operand): Tensor => power(a, b);
/** The larger of a and b by element; at a tie each gets half the gradient. */
export const maximum = (a: Operand, b: Operand): Tensor => larger(a, b);
/** The smaller of a and b by element; at a tie each gets half the gradient. */
export const minimum = (a: Operand, b: Operand): Tensor => smaller(a, b);
/** a where `condition` holds, else b. */
export const where = (condition: Tensor, a: Operand, b: Operand): Tensor => choice(condition, a, b);

/** A tensor of `shape` whose elements are all `value`; it needs no memory where it only meets elementwise operations. */
export function full(shape: Shape, value: number): Tensor {
  expectExtents("full", shape);
  return elementwise("identity", argumentsOf("full", [value]), shape);
}
/** A tensor of `shape` whose elements are all 0. */
export const zeros = (shape: Shape): Tensor => full(shape, 0);
/** A tensor of `shape` whose elements are all 1. */
export const ones = (shape: Shape): Tensor => full(shape, 1);

const comparison = (op: ElementwiseOp): ((a: Operand, b: Operand) => Tensor) => define(op, op, null);

/** Whether a = b by element, as bool. */
export const equal = comparison("equal");
/** Whether a ≠ b by element, as bool. */
export const notEqual = comparison("notEqual");
/** Whether a < b by element, as bool. */
export const less = comparison("less");
/** Whether a ≤ b by element, as bool. */
export const lessEqual = comparison("lessEqual");
/** Whether a > b by element, as bool. */
export const greater = comparison("greater");
/** Whether a ≥ b by element, as bool. */
export const greaterEqual = comparison("greaterEqual");

export { define as defineElementwise };
