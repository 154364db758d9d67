import type { Activation, ActivationName } from "@unroll/kernels";
import type { Attribute } from "../model-proto";

interface Said {
  readonly name: string;
  /** Whether it has an alpha and a beta of its own, with the values that ours has when none is given. */
  readonly alpha?: number;
  readonly beta?: number;
}

/** The activations of the recurrent operators; `linear` is an affine function. */
const NAMES: Readonly<Record<ActivationName, Said>> = {
  linear: { name: "Affine", alpha: 1, beta: 0 },
  affine: { name: "Affine", alpha: 1, beta: 0 },
  sigmoid: { name: "Sigmoid" },
  tanh: { name: "Tanh" },
  relu: { name: "Relu" },
  leakyRelu: { name: "LeakyRelu", alpha: 0.01 },
  thresholdedRelu: { name: "ThresholdedRelu", alpha: 1 },
  scaledTanh: { name: "ScaledTanh", alpha: 1, beta: 1 },
  hardSigmoid: { name: "HardSigmoid", alpha: 0.2, beta: 0.5 },
  elu: { name: "Elu", alpha: 1 },
  softsign: { name: "Softsign" },
  softplus: { name: "Softplus" },
};

/**
 * The attributes `activations`, `activation_alpha` and `activation_beta` of a recurrent operator, each direction's
 * activations in the operator's order. Each alpha and beta belongs to the next activation that has one.
 */
export function activationAttributes(
  activations: readonly Activation[],
  directions: number,
): Record<string, Attribute> {
  const all = Array.from({ length: directions }, () => activations).flat();
  const alphas: number[] = [];
  const betas: number[] = [];
  for (const { name, alpha, beta } of all) {
    const said = NAMES[name];
    const isLinear = name === "linear";
    if (said.alpha !== undefined) alphas.push((isLinear ? undefined : alpha) ?? said.alpha);
    if (said.beta !== undefined) betas.push((isLinear ? undefined : beta) ?? said.beta);
  }
  return {
    activations: all.map(({ name }) => NAMES[name].name),
    ...(alphas.length > 0 ? { activation_alpha: { float: alphas } } : {}),
    ...(betas.length > 0 ? { activation_beta: { float: betas } } : {}),
  };
}

/** The inverse: activations of a node, each with the next alpha and beta if it has one; undefined for an unknown name. */
export function activationsOf(
  names: readonly string[],
  alphas: readonly number[],
  betas: readonly number[],
): Activation[] | undefined {
  let [alpha, beta] = [0, 0];
  const found: Activation[] = [];
  for (const name of names) {
    // Names are compared without case, as ONNX Runtime does.
    const entry = Object.entries(NAMES).find(
      ([ours, said]) => ours !== "linear" && said.name.toLowerCase() === name.toLowerCase(),
    );
    if (!entry) return undefined;
    const [ours, said] = entry as [ActivationName, Said];
    found.push({
      name: ours,
      ...(said.alpha === undefined ? {} : { alpha: alphas[alpha++] ?? said.alpha }),
      ...(said.beta === undefined ? {} : { beta: betas[beta++] ?? said.beta }),
    });
  }
  return found;
}
