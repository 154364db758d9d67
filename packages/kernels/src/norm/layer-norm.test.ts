import { type Float64Tensor, gradcheck, normal } from "@unroll/testing";
import { expect, test } from "vitest";
import { DEFAULT_LIMITS, specialise } from "../core";
import { layerNorm, layerNormParameterGradients } from "./layer-norm";
import { layerNormBackwardReference, layerNormReference } from "./layer-norm.reference";

const D = 5;
type Inputs = { x: Float64Tensor; gamma: Float64Tensor; beta: Float64Tensor };
const epsilon = 1e-5;
const call = ({ x, gamma, beta }: Inputs) => ({ x: x.data, gamma: gamma.data, beta: beta.data, D, epsilon });

test("reference gradients equal central differences (float64)", () => {
  const reference = {
    forward: (inputs: Inputs) => ({ y: { shape: [4, D], data: layerNormReference(call(inputs)).y } }),
    backward: (inputs: Inputs, { y: dy }: { y: Float64Tensor }) => {
      const { dx, dGamma, dBeta } = layerNormBackwardReference(call(inputs), dy.data);
      return {
        x: { shape: [4, D], data: dx },
        gamma: { shape: [D], data: dGamma },
        beta: { shape: [D], data: dBeta },
      };
    },
  };
  const inputs = { x: normal([4, D], { seed: 1 }), gamma: normal([D], { seed: 2 }), beta: normal([D], { seed: 3 }) };
  // truncation step²·|f'''|/6 ≈ 1e-9 and rounding ε·|L|/step ≈ 1e-10, over gradients of at least the floor 1e-3
  const { worst, where } = gradcheck(reference, inputs);
  expect(worst, where).toBeLessThan(1e-6);
});

test("the reference gives rows of mean 0 and variance 1", () => {
  const x = Float64Array.of(1, 2, 3, 4, 5);
  const { y, mean, inverseDeviation } = layerNormReference({ x, D, epsilon: 0 });
  // variance 2
  expect(mean[0]).toBe(3);
  expect(inverseDeviation[0]).toBeCloseTo(Math.SQRT1_2, 15);
  for (const [d, value] of y.entries()) expect(value).toBeCloseTo((d - 2) / Math.SQRT2, 14);
});

test("a new batch size compiles nothing", () => {
  const code = (R: number) =>
    specialise(layerNorm, { dims: { R, D: 64 }, bindings: ["x", "y", "mean", "inverseDeviation"] }, DEFAULT_LIMITS)
      .code;
  expect(code(1000)).toBe(code(1));
  const gradients = (B: number, T: number) =>
    specialise(
      layerNormParameterGradients,
      { dims: { B, T, D: 64 }, bindings: Object.keys(layerNormParameterGradients.bindings) },
      DEFAULT_LIMITS,
    );
  expect(gradients(64, 100).code).toBe(gradients(2, 3).code);
  expect(gradients(64, 100).plan.grid).toEqual([4, 1, 1]);
});
