import { FLOAT, type OpRule, rule, unary } from "./op-rule";

const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
const tanhSoftplus = (x: number): number => Math.tanh(Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))));
const mishSlope = (x: number): number => tanhSoftplus(x) + x * (1 - tanhSoftplus(x) ** 2) * sigmoid(x);
/** √(2/π)·(x + 0.044715·x³) and its slope, times 2. */
const geluInner = (x: number): number => 2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);
const geluInnerSlope = (x: number): number => 2 * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
const geluTanhSlope = (x: number): number => {
  const [s, rest] = [sigmoid(geluInner(x)), sigmoid(-geluInner(x))];
  return s + x * s * rest * geluInnerSlope(x);
};
const swishSlope = (x: number, beta: number): number => {
  const z = beta * x;
  return sigmoid(z) * (1 + z * sigmoid(-z));
};
const eluSlope = (x: number, alpha: number): number => (x > 0 ? 1 : alpha * Math.exp(x));
const isInside = (x: number, alpha: number, beta: number): boolean => alpha * x + beta > 0 && alpha * x + beta < 1;
const hardSwishSlope = (x: number): number => (x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5);
const focalSlope = (loss: number, gamma: number): number => {
  const q = -Math.expm1(-loss);
  return q ** gamma * (1 + gamma * Math.exp(-loss) * (q > 0 ? loss / q : 1));
};

/**
 * Activations beyond sigmoid, tanh and relu, each followed by its step of a backward pass: dy times a slope, taken from
 * the input x. Compositions of others, such as selu = λ·elu, are none of their own.
 */
export const ACTIVATION_OPS = {
  /** elu(x, α): x where x > 0, else α·(eˣ − 1) (Clevert et al. 2016). */
  elu: rule(
    [FLOAT, FLOAT],
    (x, a) => `select(${a} * expm1(min(${x}, 0.0)), ${x}, ${x} > 0.0)`,
    (x = 0, a = 0) => (x > 0 ? x : a * Math.expm1(x)),
    (x = 0, a = 0) => [eluSlope(x, a), x > 0 ? 0 : Math.expm1(x)],
  ),
  /** (x, α, dy) → dy where x > 0, else dy·α·eˣ */
  eluGrad: rule(
    [FLOAT, FLOAT, FLOAT],
    (x, a, dy) => `(${dy} * select(${a} * expSafe(min(${x}, 0.0)), 1.0, ${x} > 0.0))`,
    (x = 0, a = 0, dy = 0) => dy * eluSlope(x, a),
  ),
  /** x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2 (Hendrycks & Gimpel 2016). */
  geluTanh: unary(
    (x) => `geluTanh(${x})`,
    (x = 0) => x * sigmoid(geluInner(x)),
    geluTanhSlope,
  ),
  geluTanhGrad: rule(
    [FLOAT, FLOAT],
    (x, dy) => `(${dy} * geluTanhSlope(${x}))`,
    (x = 0, dy = 0) => dy * geluTanhSlope(x),
  ),
  /** hardSigmoid(x, α, β): αx + β held within [0, 1] (Courbariaux et al. 2015). */
  hardSigmoid: rule(
    [FLOAT, FLOAT, FLOAT],
    (x, a, b) => `clamp(${a} * ${x} + ${b}, 0.0, 1.0)`,
    (x = 0, a = 0, b = 0) => Math.min(1, Math.max(0, a * x + b)),
    (x = 0, a = 0, b = 0) => (isInside(x, a, b) ? [a, x, 1] : [0, 0, 0]),
  ),
  /** (x, α, β, dy) → dy·α where 0 < αx + β < 1, else 0 */
  hardSigmoidGrad: rule(
    [FLOAT, FLOAT, FLOAT, FLOAT],
    (x, a, b, dy) => `select(0.0, ${dy} * ${a}, abs(${a} * ${x} + ${b} - 0.5) < 0.5)`,
    (x = 0, a = 0, b = 0, dy = 0) => (isInside(x, a, b) ? dy * a : 0),
  ),
  /** x·(x/6 + 1/2 held within [0, 1]) (Howard et al. 2019). */
  hardSwish: unary(
    (x) => `(${x} * clamp(0.16666667 * ${x} + 0.5, 0.0, 1.0))`,
    (x = 0) => x * Math.min(1, Math.max(0, x / 6 + 0.5)),
    hardSwishSlope,
  ),
  /** (x, dy) → dy·(x/3 + 1/2) where −3 < x < 3, else 0 below and dy above */
  hardSwishGrad: rule(
    [FLOAT, FLOAT],
    (x, dy) => `(${dy} * select(select(0.33333334 * ${x} + 0.5, 1.0, ${x} >= 3.0), 0.0, ${x} <= -3.0))`,
    (x = 0, dy = 0) => dy * hardSwishSlope(x),
  ),
  /** x·tanh(ln(1 + eˣ)) (Misra 2020). */
  mish: unary(
    (x) => `mish(${x})`,
    (x = 0) => x * tanhSoftplus(x),
    mishSlope,
  ),
  mishGrad: rule(
    [FLOAT, FLOAT],
    (x, dy) => `(${dy} * mishSlope(${x}))`,
    (x = 0, dy = 0) => dy * mishSlope(x),
  ),
  /** x/(1 + |x|); held where 1 + |x| is |x|, since WGSL promises no quotient by a number above 2^126. */
  softsign: unary(
    (x) => `(clamp(${x}, -1e18, 1e18) / (1.0 + min(abs(${x}), 1e18)))`,
    (x = 0) => x / (1 + Math.abs(x)),
    (x = 0) => (1 + Math.abs(x)) ** -2,
  ),
  /** (x, dy) → dy/(1 + |x|)² */
  softsignGrad: rule(
    [FLOAT, FLOAT],
    (x, dy) => `(${dy} / (1.0 + min(abs(${x}), 1e18)) / (1.0 + min(abs(${x}), 1e18)))`,
    (x = 0, dy = 0) => dy * (1 + Math.abs(x)) ** -2,
  ),
  /** swish(x, β): x·σ(βx) (Ramachandran et al. 2017). */
  swish: rule(
    [FLOAT, FLOAT],
    (x, b) => `swish(${x}, ${b})`,
    (x = 0, b = 0) => x * sigmoid(b * x),
    (x = 0, b = 0) => [swishSlope(x, b), x * x * sigmoid(b * x) * sigmoid(-b * x)],
  ),
  /** (x, β, dy) → dy·(σ(βx) + βx·σ(βx)·σ(−βx)) */
  swishGrad: rule(
    [FLOAT, FLOAT, FLOAT],
    (x, b, dy) => `(${dy} * swishSlope(${x}, ${b}))`,
    (x = 0, b = 0, dy = 0) => dy * swishSlope(x, b),
  ),
  /** thresholdedRelu(x, θ): x where x > θ, else 0 (Konda et al. 2015). */
  thresholdedRelu: rule(
    [FLOAT, FLOAT],
    (x, t) => `select(0.0, ${x}, ${x} > ${t})`,
    (x = 0, t = 0) => (x > t ? x : 0),
    (x = 0, t = 0) => [x > t ? 1 : 0, 0],
  ),
  /** (x, θ, dy) → dy where x > θ, else 0 */
  thresholdedReluGrad: rule(
    [FLOAT, FLOAT, FLOAT],
    (x, t, dy) => `select(0.0, ${dy}, ${x} > ${t})`,
    (x = 0, t = 0, dy = 0) => (x > t ? dy : 0),
  ),
  /** focal(ℓ, γ): (1 − e^−ℓ)^γ·ℓ for a loss ℓ = −ln p (Lin et al. 2017). */
  focal: rule(
    [FLOAT, FLOAT],
    (loss, g) => `focal(${loss}, ${g})`,
    (loss = 0, g = 0) => loss * (-Math.expm1(-loss)) ** g,
    (loss = 0, g = 0) => [
      focalSlope(loss, g),
      loss > 0 ? loss * (-Math.expm1(-loss)) ** g * Math.log(-Math.expm1(-loss)) : 0,
    ],
  ),
  /** (ℓ, γ, dy) → dy·q^γ·(1 + γ·(1 − q)·ℓ/q) with q = 1 − e^−ℓ */
  focalGrad: rule(
    [FLOAT, FLOAT, FLOAT],
    (loss, g, dy) => `(${dy} * focalSlope(${loss}, ${g}))`,
    (loss = 0, g = 0, dy = 0) => dy * focalSlope(loss, g),
  ),
} as const satisfies Readonly<Record<string, OpRule>>;
