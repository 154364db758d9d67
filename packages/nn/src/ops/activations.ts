import { type ElementwiseOp, ValueError } from "@unroll/kernels";
import type { Argument } from "../graph/node";
import { elementwise } from "../graph/run";
import type { Tensor } from "../tensor/tensor";
import { defineElementwise, div, mul } from "./arithmetic";
import type { Operand } from "./operands";

/** An activation of x and numbers, whose slope is taken from the very same. */
const activation = (name: string, op: ElementwiseOp, gradient: ElementwiseOp): ((...args: Operand[]) => Tensor) =>
  defineElementwise(name, op, (dy, _, args) => [() => elementwise(gradient, [...args, dy])]);

const leaky = activation("leakyRelu", "leakyRelu", "leakyReluGrad");
const exponential = activation("elu", "elu", "eluGrad");
const hardLogistic = activation("hardSigmoid", "hardSigmoid", "hardSigmoidGrad");
const hardGate = activation("hardSwish", "hardSwish", "hardSwishGrad");
const gate = activation("swish", "swish", "swishGrad");
const misra = activation("mish", "mish", "mishGrad");
const softSign = activation("softsign", "softsign", "softsignGrad");
const threshold = activation("thresholdedRelu", "thresholdedRelu", "thresholdedReluGrad");
const parametric = defineElementwise("prelu", "leakyRelu", (dy, _, args) => {
  const [x, weight] = args as [Argument, Argument];
  return [
    () => elementwise("leakyReluGrad", [x, weight, dy]),
    () => elementwise("mul", [elementwise("min", [x, 0]), dy]),
  ];
});

/** x where x > 0, else slope·x (Maas et al. 2013); the slope is 0.01 by default. */
export const leakyRelu = (x: Tensor, slope = 0.01): Tensor => leaky(x, slope);

/** x where x > 0, else w·x with a weight that is learned (He et al. 2015); shapes broadcast. */
export const prelu = (x: Tensor, weight: Tensor): Tensor => parametric(x, weight);

/** x where x > 0, else α·(eˣ − 1) (Clevert et al. 2016); α is 1 by default. */
export const elu = (x: Tensor, alpha = 1): Tensor => exponential(x, alpha);

/**
 * λ·elu(x, α) with the λ and α that keep mean 0 and variance 1 from layer to layer (Klambauer et al. 2017): λ = 1.0507,
 * α = 1.6733.
 */
export const selu = (x: Tensor): Tensor => mul(elu(x, 1.6732632423543772), 1.0507009873554805);

/**
 * x where x > 0, else α·(e^(x/α) − 1): of slope 1 at 0 whatever α is (Barron 2017); 1 by default.
 * @throws ValueError if α is 0
 */
export function celu(x: Tensor, alpha = 1): Tensor {
  if (alpha === 0) {
    throw new ValueError({ where: "celu", what: "alpha", expected: "other than 0", received: "0" });
  }
  return mul(elu(div(x, alpha)), alpha);
}

/**
 * αx + β held within [0, 1]; outside, its derivative is 0 (Courbariaux et al. 2015). By default α is 0.2 and β 0.5, as ONNX has
 * it and Keras 2 had; PyTorch's and Keras 3's α is 1/6.
 */
export const hardSigmoid = (x: Tensor, alpha = 0.2, beta = 0.5): Tensor => hardLogistic(x, alpha, beta);

/** x·hardSigmoid(x, 1/6, 1/2) (Howard et al. 2019) */
export const hardSwish = (x: Tensor): Tensor => hardGate(x);

/** x·σ(βx) (Ramachandran et al. 2017); β is 1 by default. */
export const swish = (x: Tensor, beta = 1): Tensor => gate(x, beta);

/** x·σ(x), as PyTorch calls `swish` with β = 1 (Elfwing et al. 2018). */
export const silu = (x: Tensor): Tensor => gate(x, 1);

/** x·tanh(ln(1 + eˣ)) (Misra 2020) */
export const mish = (x: Tensor): Tensor => misra(x);

/** x/(1 + |x|) */
export const softsign = (x: Tensor): Tensor => softSign(x);

/** x where x > θ, else 0 (Konda et al. 2015); θ is 1 by default. */
export const thresholdedRelu = (x: Tensor, theta = 1): Tensor => threshold(x, theta);
