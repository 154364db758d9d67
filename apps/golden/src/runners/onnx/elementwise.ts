import {
  abs,
  add,
  clamp,
  div,
  exp,
  gelu,
  greater,
  minimum,
  mul,
  relu,
  sigmoid,
  softplus,
  sub,
  type Tensor,
  tanh,
  where,
} from "@unroll/nn";
import { UnsupportedCase } from "../../compare";
import type { OnnxOperator } from "./node";

type Numbers = Readonly<Record<string, number>>;

/** An operator y = f(x) whose attributes are numbers; `defaults` names them all. */
function pointwise(f: (x: Tensor, attributes: Numbers) => Tensor, defaults: Numbers = {}): OnnxOperator {
  return (node) => {
    const names = Object.keys(defaults);
    node.attributes.only(...names);
    const values = Object.fromEntries(names.map((name) => [name, node.attributes.number(name, defaults[name])]));
    return [f(node.float(0), values)];
  };
}

const exponentialLinear = (x: Tensor, alpha: number): Tensor =>
  where(greater(x, 0), x, mul(sub(exp(minimum(x, 0)), 1), alpha));
const hardSigmoid = (x: Tensor, alpha: number, beta: number): Tensor => clamp(add(mul(x, alpha), beta), 0, 1);
/** x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2 */
const geluByTanh = (x: Tensor): Tensor => {
  const inner = mul(add(x, mul(mul(mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI));
  return mul(mul(x, add(tanh(inner), 1)), 0.5);
};

const geluOperator: OnnxOperator = (node) => {
  const approximate = node.attributes.only("approximate").text("approximate", "none");
  if (approximate !== "none" && approximate !== "tanh")
    throw new UnsupportedCase(`Gelu approximated by ${approximate}`);
  return [approximate === "tanh" ? geluByTanh(node.float(0)) : gelu(node.float(0))];
};

const clip: OnnxOperator = (node) => {
  node.attributes.only();
  const bound = (position: number, otherwise: number): number => node.optional(position)?.data[0] ?? otherwise;
  const largest = 3.4028234663852886e38;
  return [clamp(node.float(0), bound(1, -largest), bound(2, largest))];
};

export const elementwiseOperators: Readonly<Record<string, OnnxOperator>> = {
  Clip: clip,
  Elu: pointwise((x, { alpha = 1 }) => exponentialLinear(x, alpha), { alpha: 1 }),
  Gelu: geluOperator,
  HardSigmoid: pointwise((x, { alpha = 0, beta = 0 }) => hardSigmoid(x, alpha, beta), { alpha: 0.2, beta: 0.5 }),
  HardSwish: pointwise((x) => mul(x, hardSigmoid(x, 1 / 6, 0.5))),
  LeakyRelu: pointwise((x, { alpha = 0 }) => where(greater(x, 0), x, mul(x, alpha)), { alpha: 0.01 }),
  Relu: pointwise(relu),
  Selu: pointwise((x, { alpha = 0, gamma = 0 }) => mul(exponentialLinear(x, alpha), gamma), {
    alpha: 1.6732632423543772,
    gamma: 1.0507009873554805,
  }),
  Sigmoid: pointwise(sigmoid),
  Softplus: pointwise(softplus),
  Softsign: pointwise((x) => div(x, add(abs(x), 1))),
  Swish: pointwise((x, { alpha = 1 }) => mul(x, sigmoid(mul(x, alpha))), { alpha: 1 }),
  Tanh: pointwise(tanh),
  ThresholdedRelu: pointwise((x, { alpha = 1 }) => where(greater(x, alpha), x, 0), { alpha: 1 }),
};
