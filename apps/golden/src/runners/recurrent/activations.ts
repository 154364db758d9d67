import type { Activation, ActivationName } from "@unroll/nn";
import { UnsupportedCase } from "../../compare";

/** ONNX's names in lower case; `alpha` and `beta` say which scaling values a function uses. */
const ONNX: Readonly<Record<string, { name: ActivationName; uses: readonly ("alpha" | "beta")[] }>> = {
  relu: { name: "relu", uses: [] },
  tanh: { name: "tanh", uses: [] },
  sigmoid: { name: "sigmoid", uses: [] },
  affine: { name: "affine", uses: ["alpha", "beta"] },
  leakyrelu: { name: "leakyRelu", uses: ["alpha"] },
  thresholdedrelu: { name: "thresholdedRelu", uses: ["alpha"] },
  scaledtanh: { name: "scaledTanh", uses: ["alpha", "beta"] },
  hardsigmoid: { name: "hardSigmoid", uses: ["alpha", "beta"] },
  elu: { name: "elu", uses: ["alpha"] },
  softsign: { name: "softsign", uses: [] },
  softplus: { name: "softplus", uses: [] },
};

/**
 * Activations of an ONNX recurrent node. Scaling values go to the functions that use one, in their order; the modules'
 * defaults are ONNX's.
 * @throws UnsupportedCase for an unknown function, or more scaling values than functions that use one
 */
export function onnxActivations(
  names: readonly string[],
  scaling: { readonly alpha: readonly number[]; readonly beta: readonly number[] },
): Activation[] {
  const left = { alpha: [...scaling.alpha], beta: [...scaling.beta] };
  const activations = names.map((written): Activation => {
    const known = ONNX[written.toLowerCase()];
    if (!known) throw new UnsupportedCase(`no activation ${written} in a cell`);
    const values: { alpha?: number; beta?: number } = {};
    for (const use of known.uses) {
      const value = left[use].shift();
      if (value !== undefined) values[use] = value;
    }
    return { name: known.name, ...values };
  });
  for (const [name, rest] of Object.entries(left)) {
    if (rest.some((value) => value !== 0))
      throw new UnsupportedCase(`activation_${name} has values that no function uses`);
  }
  return activations;
}

/** Activations by Keras's names; hard_sigmoid is that of Keras 3, relu6(x + 3)/6. */
const KERAS: Readonly<Record<string, Activation>> = {
  linear: { name: "linear" },
  tanh: { name: "tanh" },
  sigmoid: { name: "sigmoid" },
  relu: { name: "relu" },
  elu: { name: "elu" },
  softsign: { name: "softsign" },
  softplus: { name: "softplus" },
  hard_sigmoid: { name: "hardSigmoid", alpha: 1 / 6, beta: 0.5 },
  leaky_relu: { name: "leakyRelu", alpha: 0.2 },
};

/** Activations by TensorFlow.js's names; hardSigmoid is clip(0.2x + 0.5, 0, 1). */
const TFJS: Readonly<Record<string, Activation>> = {
  linear: { name: "linear" },
  tanh: { name: "tanh" },
  sigmoid: { name: "sigmoid" },
  relu: { name: "relu" },
  elu: { name: "elu" },
  softsign: { name: "softsign" },
  softplus: { name: "softplus" },
  hardSigmoid: { name: "hardSigmoid", alpha: 0.2, beta: 0.5 },
};

/** @throws UnsupportedCase for an unknown function */
export function namedActivation(peer: "keras" | "tfjs", name: string): Activation {
  const known = (peer === "keras" ? KERAS : TFJS)[name];
  if (!known) throw new UnsupportedCase(`no activation ${name} in a cell`);
  return known;
}
