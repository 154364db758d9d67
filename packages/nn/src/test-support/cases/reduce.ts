import { type Float64Tensor, normal, uniform } from "@unroll/testing";
import { layerNorm, logSoftmax, max, mean, softmax, sum, type Tensor } from "../..";
import { average, elementwise64, logSumExp64, reduce64, total } from "../arrays.reference";
import { type OpCase, whole } from "../check-op";

const ways: { readonly axes?: readonly number[]; readonly keepDims?: boolean }[] = [
  {},
  { axes: [1] },
  { axes: [0, 2], keepDims: true },
  { axes: [-1] },
  { axes: [2, 1] },
  { keepDims: true },
];
const why = ({ axes, keepDims }: (typeof ways)[number]): string =>
  `over ${axes ? `axes ${axes}` : "all axes"}${keepDims ? ", kept as 1" : ""}`;

const cube = whole([3, 4, 5], { seed: 1 });
/** No two elements alike, so that the largest is one. */
const distinct = { shape: [3, 4, 5], data: cube.data.map((_, i) => (i * 37) % 61) };
/** Extents whose products are powers of two: their means are exact. */
const even = whole([2, 4, 8], { seed: 2 });

export const reduceCases: readonly OpCase[] = ways.flatMap((options) => [
  {
    op: "sum",
    why: why(options),
    inputs: [cube],
    run: (x: Tensor) => sum(x, options),
    reference: (x: Float64Tensor) => reduce64(x, total, options),
    roundings: 0,
  },
  {
    op: "mean",
    why: why(options),
    inputs: [even],
    run: (x: Tensor) => mean(x, options),
    reference: (x: Float64Tensor) => reduce64(x, average, options),
    roundings: 0,
  },
  {
    op: "max",
    why: why(options),
    inputs: [distinct],
    run: (x: Tensor) => max(x, options),
    reference: (x: Float64Tensor) => reduce64(x, (values) => Math.max(...values), options),
    roundings: 0,
  },
]);

const logits = uniform([3, 4, 5], { seed: 3, low: -2, high: 2 });
/**
 * e^(x − max), |x − max| ≤ 4: 3 + 2·4 ulp, and twice the rounding of the difference: 26ε; their sum the same and 4
 * additions, the quotient 5: 61ε. The slope y·(δ − y') takes two of those, and dy·y is summed once more.
 */
const SOFTMAX = 2 * 61 + 6;
/** x − max − ln Σ: 8ε for ln, 26ε and 4 additions of the sum, two roundings of numbers up to 6; the slope is a softmax. */
const LOG_SOFTMAX = SOFTMAX;

export const softmaxCases: readonly OpCase[] = [-1, 1, 0].flatMap((axis) => [
  {
    op: "softmax",
    why: `along axis ${axis}`,
    inputs: [logits],
    run: (x: Tensor) => softmax(x, axis),
    reference: (x: Float64Tensor) =>
      elementwise64((a = 0, b = 0) => Math.exp(a - b), x, logSumExp64(x, axis < 0 ? 2 : axis)),
    roundings: SOFTMAX,
  },
  {
    op: "logSoftmax",
    why: `along axis ${axis}`,
    inputs: [logits],
    run: (x: Tensor) => logSoftmax(x, axis),
    reference: (x: Float64Tensor) => elementwise64((a = 0, b = 0) => a - b, x, logSumExp64(x, axis < 0 ? 2 : axis)),
    roundings: LOG_SOFTMAX,
  },
]);

function layerNorm64(x: Float64Tensor, axes: number): Float64Tensor {
  const last = Array.from({ length: axes }, (_, k) => k - axes);
  const over = { axes: last, keepDims: true };
  const centred = elementwise64((a = 0, μ = 0) => a - μ, x, reduce64(x, average, over));
  const variance = reduce64(centred, (values) => average(values.map((value) => value * value)), over);
  return elementwise64((a = 0, v = 0) => a / Math.sqrt(v + Math.fround(1e-5)), centred, variance);
}

/**
 * μ of D ≤ 24 numbers up to 4 in size is off by (D + 5)·4ε at most, x − μ and the root of the variance by the same and
 * 14ε for 1/√, times ρ = 1/σ ≤ 2 and a y of up to 4: below 4·2·(2·116 + 14) < 2,000ε. The slope
 * ρ·(dŷ − mean(dŷ) − y·mean(dŷ·y)) takes y twice: twice as much. γ up to 3 makes it threefold.
 */
const NORM = 3 * 2 * 2000;

export const layerNormCases: readonly OpCase[] = [1, 2, 3].flatMap((axes) => {
  const x = normal([2, 3, 4], { seed: 4, scale: 1.5 });
  const shape = x.shape.slice(3 - axes);
  const gamma = uniform(shape, { seed: 5, low: -3, high: 3 });
  const beta = uniform(shape, { seed: 6, low: -3, high: 3 });
  const shared = { op: "layerNorm", roundings: NORM };
  return [
    {
      ...shared,
      why: `the last ${axes} axes together, scaled and shifted`,
      inputs: [x, gamma, beta],
      run: (a: Tensor, weight?: Tensor, bias?: Tensor) => layerNorm(a, { weight, bias, axes }).y,
      reference: (a: Float64Tensor, g: Float64Tensor, b: Float64Tensor) =>
        elementwise64((n = 0, γ = 0, β = 0) => γ * n + β, layerNorm64(a, axes), g, b),
    },
    {
      ...shared,
      why: `the last ${axes} axes together, bare`,
      inputs: [x],
      run: (a: Tensor) => layerNorm(a, { axes }).y,
      reference: (a: Float64Tensor) => layerNorm64(a, axes),
    },
  ];
});
