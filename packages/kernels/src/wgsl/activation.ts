import { ValueError } from "../core/errors";

/**
 * An elementwise activation of a cell or of a matmul's epilogue. `alpha` and `beta` mean what ONNX's RNN operators
 * mean by them (onnx.ai, operators RNN and LSTM, attribute `activations`).
 */
export type ActivationName =
  | "linear"
  | "affine"
  | "sigmoid"
  | "tanh"
  | "relu"
  | "leakyRelu"
  | "thresholdedRelu"
  | "scaledTanh"
  | "hardSigmoid"
  | "elu"
  | "softsign"
  | "softplus";

/** An activation, with its parameters α and β where it has any. */
export interface Activation {
  readonly name: ActivationName;
  readonly alpha?: number;
  readonly beta?: number;
}

interface Rule {
  readonly alpha?: number;
  readonly beta?: number;
  /** Which alpha the slope can be told for from the value alone, if not any. */
  readonly allowed?: { readonly says: string; readonly holds: (alpha: number) => boolean };
  /** f(x) as WGSL over an f32 expression. */
  readonly wgsl: (x: string, alpha: string, beta: string) => string;
  /** f′ as WGSL over y = f(x): all of these can tell their slope from their value. */
  readonly slope: (y: string, alpha: string, beta: string) => string;
  readonly value: (x: number, alpha: number, beta: number) => number;
  readonly slopeValue: (y: number, alpha: number, beta: number) => number;
}

const NOT_NEGATIVE = { says: "0 or more", holds: (alpha: number) => alpha >= 0 };

const RULES: Readonly<Record<ActivationName, Rule>> = {
  linear: { wgsl: (x) => x, slope: () => "1.0", value: (x) => x, slopeValue: () => 1 },
  affine: {
    alpha: 1,
    beta: 0,
    wgsl: (x, a, b) => `(${a} * ${x} + ${b})`,
    slope: (_, a) => a,
    value: (x, a, b) => a * x + b,
    slopeValue: (_, a) => a,
  },
  sigmoid: {
    wgsl: (x) => `sigmoid(${x})`,
    slope: (y) => `(${y} * (1.0 - ${y}))`,
    value: (x) => 1 / (1 + Math.exp(-x)),
    slopeValue: (y) => y * (1 - y),
  },
  tanh: {
    wgsl: (x) => `tanhSafe(${x})`,
    slope: (y) => `(1.0 - ${y} * ${y})`,
    value: Math.tanh,
    slopeValue: (y) => 1 - y * y,
  },
  relu: {
    wgsl: (x) => `max(${x}, 0.0)`,
    slope: (y) => `select(0.0, 1.0, ${y} > 0.0)`,
    value: (x) => Math.max(x, 0),
    slopeValue: (y) => (y > 0 ? 1 : 0),
  },
  leakyRelu: {
    alpha: 0.01,
    allowed: NOT_NEGATIVE,
    wgsl: (x, a) => `select(${a} * ${x}, ${x}, ${x} > 0.0)`,
    slope: (y, a) => `select(${a}, 1.0, ${y} > 0.0)`,
    value: (x, a) => (x > 0 ? x : a * x),
    slopeValue: (y, a) => (y > 0 ? 1 : a),
  },
  thresholdedRelu: {
    alpha: 1,
    allowed: NOT_NEGATIVE,
    wgsl: (x, a) => `select(0.0, ${x}, ${x} > ${a})`,
    slope: (y) => `select(0.0, 1.0, ${y} != 0.0)`,
    value: (x, a) => (x > a ? x : 0),
    slopeValue: (y) => (y !== 0 ? 1 : 0),
  },
  scaledTanh: {
    alpha: 1,
    beta: 1,
    allowed: { says: "other than 0", holds: (alpha) => alpha !== 0 },
    wgsl: (x, a, b) => `(${a} * tanhSafe(${b} * ${x}))`,
    slope: (y, a, b) => `(${b} * (${a} - ${y} * ${y} / ${a}))`,
    value: (x, a, b) => a * Math.tanh(b * x),
    slopeValue: (y, a, b) => b * (a - (y * y) / a),
  },
  hardSigmoid: {
    alpha: 0.2,
    beta: 0.5,
    wgsl: (x, a, b) => `clamp(${a} * ${x} + ${b}, 0.0, 1.0)`,
    slope: (y, a) => `select(0.0, ${a}, ${y} > 0.0 && ${y} < 1.0)`,
    value: (x, a, b) => Math.min(1, Math.max(0, a * x + b)),
    slopeValue: (y, a) => (y > 0 && y < 1 ? a : 0),
  },
  elu: {
    alpha: 1,
    allowed: NOT_NEGATIVE,
    wgsl: (x, a) => `select(${a} * (expSafe(min(${x}, 0.0)) - 1.0), ${x}, ${x} > 0.0)`,
    slope: (y, a) => `select(${y} + ${a}, 1.0, ${y} > 0.0)`,
    value: (x, a) => (x > 0 ? x : a * Math.expm1(x)),
    slopeValue: (y, a) => (y > 0 ? 1 : y + a),
  },
  softsign: {
    wgsl: (x) => `(${x} / (1.0 + abs(${x})))`,
    slope: (y) => `((1.0 - abs(${y})) * (1.0 - abs(${y})))`,
    value: (x) => x / (1 + Math.abs(x)),
    slopeValue: (y) => (1 - Math.abs(y)) ** 2,
  },
  softplus: {
    wgsl: (x) => `softplus(${x})`,
    slope: (y) => `(1.0 - expSafe(-${y}))`,
    value: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    slopeValue: (y) => 1 - Math.exp(-y),
  },
};

/** Names that `Activation.name` may have. */
export const ACTIVATION_NAMES = Object.keys(RULES) as readonly ActivationName[];

/**
 * WGSL for f(x); `x` is an f32 expression without side effects, since it may be pasted more than once.
 * @throws ValueError if there is no such activation, or its alpha or beta is not one that it can have
 */
export function activationCode(activation: Activation, x: string): string {
  const { rule, alpha, beta } = resolve(activation);
  return rule.wgsl(operand(x), literal(alpha), literal(beta));
}

/** WGSL for f′(x), written over y = f(x). */
export function activationSlopeCode(activation: Activation, y: string): string {
  const { rule, alpha, beta } = resolve(activation);
  return rule.slope(operand(y), literal(alpha), literal(beta));
}

/** f(x) in float64, for references. */
export function activationValue(activation: Activation, x: number): number {
  const { rule, alpha, beta } = resolve(activation);
  return rule.value(x, alpha, beta);
}

/** f′(x) in float64, from y = f(x). */
export function activationSlope(activation: Activation, y: number): number {
  const { rule, alpha, beta } = resolve(activation);
  return rule.slopeValue(y, alpha, beta);
}

/** Itself. @throws ValueError if there is no such activation, as of a name or a function, or its α or β is none that it can have */
export function expectActivation(activation: Activation): Activation {
  resolve(activation);
  return activation;
}

function resolve(activation: Activation): { rule: Rule; alpha: number; beta: number } {
  const { name } = activation;
  const where = "activation";
  if (typeof activation !== "object" || !Object.hasOwn(RULES, name)) {
    const expected = `{ name }, of one of ${ACTIVATION_NAMES.join(", ")},`;
    const received = typeof activation === "object" ? String(name) : `a ${typeof activation}`;
    throw new ValueError({ where, what: "it", expected, received });
  }
  const rule = RULES[name];
  const alpha = activation.alpha ?? rule.alpha ?? 0;
  const beta = activation.beta ?? rule.beta ?? 0;
  if (!Number.isFinite(alpha) || !Number.isFinite(beta)) {
    const received = `${alpha} and ${beta}`;
    throw new ValueError({ where, what: `alpha and beta of ${name}`, expected: "finite", received });
  }
  if (rule.allowed && !rule.allowed.holds(alpha)) {
    throw new ValueError({ where, what: `alpha of ${name}`, expected: rule.allowed.says, received: `${alpha}` });
  }
  return { rule, alpha, beta };
}

/** An expression that may stand beside any operator. */
function operand(expression: string): string {
  return /^[\w.]+$/.test(expression) ? expression : `(${expression})`;
}

/** A number as an f32 literal of WGSL. */
function literal(value: number): string {
  return `f32(${Math.fround(value)})`;
}
