import { type Float64Tensor, gradcheck, normal, uniform } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { type ElementwiseOp, OP_TYPES, resultType } from "./op-types";
import { opRule } from "./ops";
import { erfValue, roundToEven } from "./special.reference";

const map = (tensors: readonly Float64Tensor[], f: (numbers: number[]) => number): Float64Tensor => {
  const [first] = tensors;
  if (!first) throw new Error("An operation has an argument.");
  return { shape: first.shape, data: first.data.map((_, i) => f(tensors.map(({ data }) => data[i] ?? Number.NaN))) };
};

const names = Object.keys(OP_TYPES) as ElementwiseOp[];
const differentiable = names.filter((name) => opRule(name).slopes);
/** Where a logarithm, a root, a quotient or a real power has its arguments. */
const POSITIVE: readonly ElementwiseOp[] = ["sqrt", "log", "log1p", "reciprocal", "div", "pow", "focal"];

function argumentsOf(op: ElementwiseOp): Record<string, Float64Tensor> {
  const tensors = opRule(op).accepts.map((dtypes, k): [string, Float64Tensor] => {
    if (dtypes.length === 1 && dtypes[0] === "bool") {
      return [`x${k}`, { shape: [40], data: Float64Array.from({ length: 40 }, (_, i) => i % 2), integer: true }];
    }
    if (op === "clamp" && k > 0) return [`x${k}`, uniform([40], { seed: k, low: k - 2, high: k - 1.5 })];
    if (POSITIVE.includes(op)) return [`x${k}`, uniform([40], { seed: k + 1, low: 0.3, high: 2 })];
    return [`x${k}`, normal([40], { seed: k + 1 })];
  });
  return Object.fromEntries(tensors);
}

test.each(differentiable)("slopes of %s equal central differences (float64)", (op) => {
  const { value, slopes } = opRule(op);
  const result = gradcheck(
    {
      forward: (inputs: Record<string, Float64Tensor>) => ({ y: map(Object.values(inputs), (x) => value(x, "f32")) }),
      backward: (inputs: Record<string, Float64Tensor>, { y: dy }) => {
        const tensors = Object.values(inputs);
        const slope = (k: number, x: number[]): number => slopes?.(x)[k] ?? Number.NaN;
        const gradients = Object.keys(inputs).map((name, k): [string, Float64Tensor] => [
          name,
          map([dy, ...tensors], ([d = 0, ...x]) => d * slope(k, x)),
        ]);
        return Object.fromEntries(gradients);
      },
    },
    argumentsOf(op),
    { step: 1e-5 },
  );
  // truncation step²·|f'''|/6 ≈ 1e-9 and rounding ε·|L|/step ≈ 1e-10, over gradients of at least the floor 1e-3
  expect(result.worst, result.where).toBeLessThan(1e-6);
});

describe("fused backward steps equal dy times the slope", () => {
  const dy = 0.7;
  const xs = [-2.5, -0.4, 0.3, 1.9];
  const fromInput: [ElementwiseOp, ElementwiseOp][] = [
    ["absGrad", "abs"],
    ["geluTanhGrad", "geluTanh"],
    ["hardSwishGrad", "hardSwish"],
    ["mishGrad", "mish"],
    ["softsignGrad", "softsign"],
    ["geluGrad", "gelu"],
    ["softplusGrad", "softplus"],
    ["squareGrad", "square"],
  ];
  test.each(fromInput)("%s", (gradient, op) => {
    for (const x of xs) {
      const slope = opRule(op).slopes?.([x])[0] ?? Number.NaN;
      expect(opRule(gradient).value([x, dy], "f32")).toBeCloseTo(dy * slope, 14);
    }
  });
  const fromOutput: [ElementwiseOp, ElementwiseOp, readonly number[]][] = [
    ["sigmoidGrad", "sigmoid", xs],
    ["tanhGrad", "tanh", xs],
    ["reluGrad", "relu", xs],
    ["reciprocalGrad", "reciprocal", xs],
    ["sqrtGrad", "sqrt", [0.3, 1.9]],
  ];
  test.each(fromOutput)("%s", (gradient, op, points) => {
    for (const x of points) {
      const { value, slopes } = opRule(op);
      const y = value([x], "f32");
      expect(opRule(gradient).value([y, dy], "f32")).toBeCloseTo(dy * (slopes?.([x])[0] ?? Number.NaN), 14);
    }
  });
  const withNumbers: [ElementwiseOp, ElementwiseOp, readonly number[]][] = [
    ["eluGrad", "elu", [1.3]],
    ["hardSigmoidGrad", "hardSigmoid", [0.25, 0.4]],
    ["swishGrad", "swish", [1.7]],
    ["thresholdedReluGrad", "thresholdedRelu", [0.5]],
  ];
  test.each(withNumbers)("%s", (gradient, op, numbers) => {
    for (const x of xs) {
      const slope = opRule(op).slopes?.([x, ...numbers])[0] ?? Number.NaN;
      expect(opRule(gradient).value([x, ...numbers, dy], "f32")).toBeCloseTo(dy * slope, 14);
    }
  });
  test("focalGrad, at a loss of 0 too", () => {
    const { value } = opRule("focalGrad");
    for (const loss of [0.2, 1.5]) {
      const slope = opRule("focal").slopes?.([loss, 2])[0] ?? Number.NaN;
      expect(value([loss, 2, dy], "f32")).toBeCloseTo(dy * slope, 14);
    }
    expect([value([0, 2, dy], "f32"), value([0, 0, dy], "f32")]).toEqual([0, dy]);
  });
  test("leakyReluGrad, clampGrad and maxGrad", () => {
    for (const x of xs) {
      expect(opRule("leakyReluGrad").value([x, 0.1, dy], "f32")).toBe(dy * (x > 0 ? 1 : 0.1));
      expect(opRule("clampGrad").value([x, -1, 1, dy], "f32")).toBe(Math.abs(x) <= 1 ? dy : 0);
      expect(opRule("maxGrad").value([x, 0.3, dy], "f32")).toBe(x > 0.3 ? dy : x === 0.3 ? dy / 2 : 0);
    }
  });
});

test("erf in float64 equals its published values", () => {
  // DLMF, table 7.23, and erf's symmetry
  expect(erfValue(0)).toBe(0);
  expect(erfValue(0.5)).toBeCloseTo(0.5204998778130465, 14);
  expect(erfValue(1)).toBeCloseTo(0.8427007929497149, 14);
  expect(erfValue(-2)).toBeCloseTo(-0.9953222650189527, 14);
  expect(erfValue(3)).toBeCloseTo(0.9999779095030014, 14);
});

test("halves round to even", () => {
  expect([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.4, 2.6].map(roundToEven)).toEqual([-2, -2, 0, 0, 2, 2, 2, 3]);
});

test("dtypes follow the arguments", () => {
  expect(resultType("add", ["i32", "i32"])).toBe("i32");
  expect(resultType("less", ["u32", "u32"])).toBe("bool");
  expect(resultType("where", ["bool", "u32", "u32"])).toBe("u32");
  expect(resultType("isFinite", ["f32"])).toBe("bool");
  expect(resultType("toI32", ["bool"])).toBe("i32");
  expect(() => resultType("tanh", ["i32"])).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: tanh: argument 0 should be f32 but is i32. Cast it first.]`,
  );
  expect(() => resultType("add", ["f32", "i32"])).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: add: argument 1 should be f32 as argument 0 is but is i32. Cast one of them first.]`,
  );
  expect(() => resultType("add", ["f32"])).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: add: the number of arguments should be 2 but is 1.]`,
  );
  expect(() => resultType("where", ["f32", "f32", "f32"])).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: where: argument 0 should be bool but is f32. Cast it first.]`,
  );
});
