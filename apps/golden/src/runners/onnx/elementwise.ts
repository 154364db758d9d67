import {
  celu,
  clamp,
  elu,
  gelu,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  mish,
  mul,
  relu,
  sigmoid,
  softplus,
  softsign,
  swish,
  type Tensor,
  tanh,
  thresholdedRelu,
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

const geluOperator: OnnxOperator = (node) => {
  const approximate = node.attributes.only("approximate").text("approximate", "none");
  if (approximate !== "none" && approximate !== "tanh")
    throw new UnsupportedCase(`Gelu approximated by ${approximate}`);
  return [gelu(node.float(0), { approximate })];
};

/** The ends of what a dtype holds, where a bound is left out. */
const ENDS: Readonly<Record<string, readonly [number, number]>> = {
  f32: [-3.4028234663852886e38, 3.4028234663852886e38],
  i32: [-(2 ** 31), 2 ** 31 - 1],
  u32: [0, 2 ** 32 - 1],
};

const clip: OnnxOperator = (node) => {
  node.attributes.only();
  const x = node.tensor(0);
  const ends = ENDS[x.dtype];
  if (!ends) throw new UnsupportedCase(`Clip of ${x.dtype}`);
  const bound = (position: number, otherwise: number): number => node.optional(position)?.data[0] ?? otherwise;
  return [clamp(x, bound(1, ends[0]), bound(2, ends[1]))];
};

export const elementwiseOperators: Readonly<Record<string, OnnxOperator>> = {
  Celu: pointwise((x, { alpha }) => celu(x, alpha), { alpha: 1 }),
  Clip: clip,
  Elu: pointwise((x, { alpha }) => elu(x, alpha), { alpha: 1 }),
  Gelu: geluOperator,
  HardSigmoid: pointwise((x, { alpha, beta }) => hardSigmoid(x, alpha, beta), { alpha: 0.2, beta: 0.5 }),
  HardSwish: pointwise((x) => hardSwish(x)),
  LeakyRelu: pointwise((x, { alpha }) => leakyRelu(x, alpha), { alpha: 0.01 }),
  Mish: pointwise((x) => mish(x)),
  Relu: pointwise(relu),
  Selu: pointwise((x, { alpha, gamma = 1 }) => mul(elu(x, alpha), gamma), {
    alpha: 1.6732632423543772,
    gamma: 1.0507009873554805,
  }),
  Sigmoid: pointwise(sigmoid),
  Softplus: pointwise(softplus),
  Softsign: pointwise((x) => softsign(x)),
  Swish: pointwise((x, { alpha }) => swish(x, alpha), { alpha: 1 }),
  Tanh: pointwise(tanh),
  ThresholdedRelu: pointwise((x, { alpha }) => thresholdedRelu(x, alpha), { alpha: 1 }),
};
