import { type OpReference, of, slope } from "./op-reference";

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

/** Values and slopes of the activations in float64. */
export const ACTIVATION_REFERENCES = {
  elu: of(
    (x = 0, a = 0) => (x > 0 ? x : a * Math.expm1(x)),
    (x = 0, a = 0) => [eluSlope(x, a), x > 0 ? 0 : Math.expm1(x)],
  ),
  eluGrad: of((x = 0, a = 0, dy = 0) => dy * eluSlope(x, a)),
  geluTanh: of((x = 0) => x * sigmoid(geluInner(x)), slope(geluTanhSlope)),
  geluTanhGrad: of((x = 0, dy = 0) => dy * geluTanhSlope(x)),
  hardSigmoid: of(
    (x = 0, a = 0, b = 0) => Math.min(1, Math.max(0, a * x + b)),
    (x = 0, a = 0, b = 0) => (isInside(x, a, b) ? [a, x, 1] : [0, 0, 0]),
  ),
  hardSigmoidGrad: of((x = 0, a = 0, b = 0, dy = 0) => (isInside(x, a, b) ? dy * a : 0)),
  hardSwish: of((x = 0) => x * Math.min(1, Math.max(0, x / 6 + 0.5)), slope(hardSwishSlope)),
  hardSwishGrad: of((x = 0, dy = 0) => dy * hardSwishSlope(x)),
  mish: of((x = 0) => x * tanhSoftplus(x), slope(mishSlope)),
  mishGrad: of((x = 0, dy = 0) => dy * mishSlope(x)),
  softsign: of(
    (x = 0) => x / (1 + Math.abs(x)),
    slope((x = 0) => (1 + Math.abs(x)) ** -2),
  ),
  softsignGrad: of((x = 0, dy = 0) => dy * (1 + Math.abs(x)) ** -2),
  swish: of(
    (x = 0, b = 0) => x * sigmoid(b * x),
    (x = 0, b = 0) => [swishSlope(x, b), x * x * sigmoid(b * x) * sigmoid(-b * x)],
  ),
  swishGrad: of((x = 0, b = 0, dy = 0) => dy * swishSlope(x, b)),
  thresholdedRelu: of(
    (x = 0, t = 0) => (x > t ? x : 0),
    (x = 0, t = 0) => [x > t ? 1 : 0, 0],
  ),
  thresholdedReluGrad: of((x = 0, t = 0, dy = 0) => (x > t ? dy : 0)),
  focal: of(
    (loss = 0, g = 0) => loss * (-Math.expm1(-loss)) ** g,
    (loss = 0, g = 0) => [
      focalSlope(loss, g),
      loss > 0 ? loss * (-Math.expm1(-loss)) ** g * Math.log(-Math.expm1(-loss)) : 0,
    ],
  ),
  focalGrad: of((loss = 0, g = 0, dy = 0) => dy * focalSlope(loss, g)),
} as const satisfies Readonly<Record<string, OpReference>>;
