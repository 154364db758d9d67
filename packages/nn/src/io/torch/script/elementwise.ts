import type { ElementwiseOp } from "@unroll/kernels";

/** Division of whole numbers, which drops the rest: Python's and PyTorch's own give fractions. */
export const wholeDivision = (a: string, b: string): string => `torch.div(${a}, ${b}, rounding_mode="trunc")`;

/** Python of an elementwise operation over its arguments, which are names or numbers. */
export const ELEMENTWISE: Partial<Record<ElementwiseOp, (...args: string[]) => string>> = {
  abs: (x) => `torch.abs(${x})`,
  add: (a, b) => `${a} + ${b}`,
  and: (a, b) => `${a} & ${b}`,
  ceil: (x) => `torch.ceil(${x})`,
  clamp: (x, low, high) => `torch.clamp(${x}, ${low}, ${high})`,
  cos: (x) => `torch.cos(${x})`,
  div: (a, b) => `${a} / ${b}`,
  equal: (a, b) => `${a} == ${b}`,
  erf: (x) => `torch.erf(${x})`,
  elu: (x, alpha = "1") =>
    isNumber(alpha) ? `F.elu(${x}, ${alpha})` : `torch.where(${x} > 0, ${x}, ${alpha} * torch.expm1(${x}))`,
  exp: (x) => `torch.exp(${x})`,
  expm1: (x) => `torch.expm1(${x})`,
  floor: (x) => `torch.floor(${x})`,
  gelu: (x) => `F.gelu(${x})`,
  geluTanh: (x) => `F.gelu(${x}, approximate="tanh")`,
  greater: (a, b) => `${a} > ${b}`,
  greaterEqual: (a, b) => `${a} >= ${b}`,
  hardSigmoid: (x, alpha, beta) => `torch.clamp(${alpha} * ${x} + ${beta}, 0, 1)`,
  hardSwish: (x) => `F.hardswish(${x})`,
  isFinite: (x) => `torch.isfinite(${x})`,
  leakyRelu: (x, slope = "0") =>
    isNumber(slope) ? `F.leaky_relu(${x}, ${slope})` : `torch.where(${x} > 0, ${x}, ${slope} * ${x})`,
  less: (a, b) => `${a} < ${b}`,
  lessEqual: (a, b) => `${a} <= ${b}`,
  log: (x) => `torch.log(${x})`,
  log1p: (x) => `torch.log1p(${x})`,
  max: (a, b) => bound("max", a, b),
  min: (a, b) => bound("min", a, b),
  mish: (x) => `F.mish(${x})`,
  mul: (a, b) => `${a} * ${b}`,
  neg: (x) => `-${x}`,
  not: (x) => `~${x}`,
  notEqual: (a, b) => `${a} != ${b}`,
  or: (a, b) => `${a} | ${b}`,
  pow: (a, b) => `${a.startsWith("-") ? `(${a})` : a} ** ${b}`,
  reciprocal: (x) => `torch.reciprocal(${x})`,
  relu: (x) => `torch.relu(${x})`,
  round: (x) => `torch.round(${x})`,
  sigmoid: (x) => `torch.sigmoid(${x})`,
  sign: (x) => `torch.sign(${x})`,
  sin: (x) => `torch.sin(${x})`,
  softplus: (x) => `F.softplus(${x})`,
  softsign: (x) => `F.softsign(${x})`,
  sqrt: (x) => `torch.sqrt(${x})`,
  square: (x) => `torch.square(${x})`,
  sub: (a, b) => `${a} - ${b}`,
  swish: (x, beta) => (beta === "1" ? `F.silu(${x})` : `${x} * torch.sigmoid(${beta} * ${x})`),
  tanh: (x) => `torch.tanh(${x})`,
  thresholdedRelu: (x, theta) => `torch.where(${x} > ${theta}, ${x}, 0.0)`,
  toBool: (x) => `${x} != 0`,
  toF32: (x) => `${x}.float()`,
  toI32: (x) => `${x}.int()`,
  toU32: (x) => `${x}.long()`,
  where: (condition, a, b) => `torch.where(${condition}, ${a}, ${b})`,
};

const isNumber = (arg: string): boolean => /^[-\d]/.test(arg);

/** maximum and minimum take tensors; a number is a bound. */
function bound(kind: "max" | "min", a: string, b: string): string {
  const side = kind === "max" ? "min" : "max";
  if (isNumber(b)) return `torch.clamp(${a}, ${side}=${b})`;
  if (isNumber(a)) return `torch.clamp(${b}, ${side}=${a})`;
  return `torch.${kind}imum(${a}, ${b})`;
}
