import type { Activation } from "./activation";

/** Every activation, with ONNX's defaults and with other numbers. */
export const ACTIVATION_CASES: readonly Activation[] = [
  { name: "linear" },
  { name: "affine" },
  { name: "affine", alpha: -2, beta: 0.75 },
  { name: "sigmoid" },
  { name: "tanh" },
  { name: "relu" },
  { name: "leakyRelu" },
  { name: "leakyRelu", alpha: 0.5 },
  { name: "leakyRelu", alpha: 0 },
  { name: "thresholdedRelu" },
  { name: "thresholdedRelu", alpha: 0.25 },
  { name: "scaledTanh" },
  { name: "scaledTanh", alpha: 2, beta: 0.5 },
  { name: "scaledTanh", alpha: -1.5, beta: -0.75 },
  { name: "hardSigmoid" },
  { name: "hardSigmoid", alpha: -0.5, beta: 0.25 },
  { name: "elu" },
  { name: "elu", alpha: 2 },
  { name: "softsign" },
  { name: "softplus" },
];
