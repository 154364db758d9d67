import { type Float64Tensor, normal, uniform } from "@unroll/testing";
import { batchNorm, groupNorm, instanceNorm, rmsNorm, type Tensor, tensor } from "../..";
import { average, build, elementwise64, reduce64, reshape64 } from "../arrays.reference";
import type { OpCase } from "../check-op";

/** ε as f32 has it. */
const EPSILON = Math.fround(1e-2);

/** (x − μ)/√(σ² + ε) over the axes. */
function standard64(x: Float64Tensor, axes: readonly number[]): Float64Tensor {
  const over = { axes: [...axes], keepDims: true };
  const centred = elementwise64((a = 0, μ = 0) => a - μ, x, reduce64(x, average, over));
  const variance = reduce64(centred, (values) => average(values.map((value) => value * value)), over);
  return elementwise64((a = 0, v = 0) => a / Math.sqrt(v + EPSILON), centred, variance);
}

const affine = (y: Float64Tensor, g: Float64Tensor, b: Float64Tensor, shape: readonly number[]): Float64Tensor =>
  elementwise64((n = 0, γ = 0, β = 0) => γ * n + β, y, reshape64(g, shape), reshape64(b, shape));

/**
 * As for layer normalisation: μ of at most 36 numbers up to 5 in size is off by (36 + 5)·5ε, x − μ and the root of the
 * variance by the same and 14ε, times ρ ≤ 2 and a y of up to 4: below 4·2·(2·205 + 14) < 3,500ε; slopes take y twice,
 * γ up to 3 makes it threefold.
 */
const NORM = 3 * 2 * 3500;
const scales = (C: number): Float64Tensor[] => [5, 6].map((seed) => uniform([C], { seed, low: -3, high: 3 }));

const lengths = [4, 0, 3];
/** Each channel of the steps within the lengths, one after another; the others are zeros. */
function masked64(x: Float64Tensor): Float64Tensor {
  const [, T, C] = x.shape as [number, number, number];
  const places = lengths.flatMap((length, b) => Array.from({ length }, (_, t) => b * T + t));
  const packed = build([places.length, C], ([p = 0, c = 0]) => x.data[(places[p] as number) * C + c] as number);
  const y = standard64(packed, [0]);
  return build(x.shape, ([b = 0, t = 0, c = 0]) => {
    const at = places.indexOf(b * T + t);
    return at < 0 ? 0 : (y.data[at * C + c] as number);
  });
}
const isIn = (shape: readonly number[]): Float64Tensor =>
  build(shape, ([b = 0, t = 0]) => Number(t < (lengths[b] as number)));

export const normCases: readonly OpCase[] = [
  {
    op: "batchNorm",
    why: "images, scaled and shifted",
    inputs: [normal([3, 2, 3, 4], { seed: 1, scale: 1.5 }), ...scales(2)],
    run: (x: Tensor, weight?: Tensor, bias?: Tensor) => batchNorm(x, { weight, bias, epsilon: EPSILON }).y,
    reference: (x, g, b) =>
      affine(standard64(x as Float64Tensor, [0, 2, 3]), g as Float64Tensor, b as Float64Tensor, [2, 1, 1]),
    roundings: NORM,
  },
  {
    op: "batchNorm",
    why: "vectors, bare",
    inputs: [normal([7, 3], { seed: 2, scale: 1.5 })],
    run: (x) => batchNorm(x, { channels: "last", epsilon: EPSILON }).y,
    reference: (x) => standard64(x as Float64Tensor, [0]),
    roundings: NORM,
  },
  {
    op: "batchNorm",
    why: "sequences within their lengths, scaled and shifted",
    inputs: [normal([3, 4, 2], { seed: 3, scale: 1.5 }), ...scales(2)],
    run: (x: Tensor, weight?: Tensor, bias?: Tensor) =>
      batchNorm(x, {
        ...{ weight, bias, channels: "last", epsilon: EPSILON },
        lengths: tensor(Uint32Array.from(lengths)),
      }).y,
    reference: (x, g, b) =>
      elementwise64(
        (y = 0, within = 0) => y * within,
        affine(masked64(x as Float64Tensor), g as Float64Tensor, b as Float64Tensor, [2]),
        isIn((x as Float64Tensor).shape),
      ),
    roundings: NORM,
  },
  {
    op: "groupNorm",
    why: "two groups of images, scaled and shifted",
    inputs: [normal([2, 4, 2, 3], { seed: 4, scale: 1.5 }), ...scales(4)],
    run: (x: Tensor, weight?: Tensor, bias?: Tensor) => groupNorm(x, 2, { weight, bias, epsilon: EPSILON }),
    reference: (x, g, b) => {
      const { shape } = x as Float64Tensor;
      const y = standard64(reshape64(x as Float64Tensor, [2, 2, 12]), [2]);
      return affine(reshape64(y, shape), g as Float64Tensor, b as Float64Tensor, [4, 1, 1]);
    },
    roundings: NORM,
  },
  {
    op: "instanceNorm",
    why: "each channel of sequences laid out as images",
    inputs: [normal([2, 3, 5], { seed: 7, scale: 1.5 })],
    run: (x) => instanceNorm(x, { epsilon: EPSILON }),
    reference: (x) => standard64(x as Float64Tensor, [2]),
    roundings: NORM,
  },
  ...[1, 2].map((axes): OpCase => {
    const x = normal([2, 3, 4], { seed: 8, scale: 1.5 });
    return {
      op: "rmsNorm",
      why: `the last ${axes} axes together, scaled`,
      inputs: [x, uniform(x.shape.slice(3 - axes), { seed: 9, low: -3, high: 3 })],
      run: (a: Tensor, weight?: Tensor) => rmsNorm(a, { weight, axes, epsilon: EPSILON }),
      reference: (a: Float64Tensor, g: Float64Tensor) => {
        const over = { axes: Array.from({ length: axes }, (_, k) => k - axes), keepDims: true };
        const power = reduce64(a, (values) => average(values.map((value) => value * value)), over);
        return elementwise64((value = 0, p = 0, γ = 0) => (γ * value) / Math.sqrt(p + EPSILON), a, power, g);
      },
      roundings: NORM,
    };
  }),
];
