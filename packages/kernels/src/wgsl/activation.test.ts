import { describe, expect, test } from "vitest";
import {
  ACTIVATION_NAMES,
  type Activation,
  type ActivationName,
  activationCode,
  activationSlope,
  activationSlopeCode,
  activationValue,
} from "./activation";
import { ACTIVATION_CASES } from "./activation.cases";

/** Where a slope jumps, so that a difference across it means nothing. */
function kinks({ name, alpha = 0.2, beta = 0.5 }: Activation): number[] {
  if (name === "hardSigmoid") return [-beta / alpha, (1 - beta) / alpha];
  if (name === "thresholdedRelu") return [alpha];
  return name === "relu" || name === "leakyRelu" || name === "elu" ? [0] : [];
}

test("every activation is among the cases", () => {
  expect(new Set(ACTIVATION_CASES.map(({ name }) => name))).toEqual(new Set(ACTIVATION_NAMES));
});

describe.each(ACTIVATION_CASES)("$name, alpha $alpha, beta $beta", (activation) => {
  test("its slope from its value equals central differences (float64)", () => {
    const step = 1e-5;
    const edges = kinks({
      ...activation,
      alpha: activation.alpha ?? (activation.name === "thresholdedRelu" ? 1 : 0.2),
    });
    for (let x = -6; x <= 6; x += 0.0371) {
      if (edges.some((edge) => Math.abs(x - edge) < 2 * step)) continue;
      const slope = activationSlope(activation, activationValue(activation, x));
      const difference = (activationValue(activation, x + step) - activationValue(activation, x - step)) / (2 * step);
      // truncation step²·|f‴|/6 with |f‴| ≤ 2·|β|³·|α|, cancellation ε·|f|/step with |f| ≤ 25
      expect(Math.abs(slope - difference), `x = ${x}`).toBeLessThan(1e-9);
    }
  });

  test("stays finite at the ends of the range", () => {
    for (const x of [-3e38, -100, 100, 3e38]) {
      const y = activationValue({ ...activation, beta: Math.min(1, activation.beta ?? 0) }, x);
      expect(Number.isFinite(y), `f(${x})`).toBe(true);
      expect(Number.isFinite(activationSlope(activation, Math.fround(y))), `f'(${x})`).toBe(true);
    }
  });
});

describe("values known by hand", () => {
  test.each<[Activation, number, number]>([
    [{ name: "linear" }, -2, -2],
    [{ name: "affine", alpha: 3, beta: 1 }, 2, 7],
    [{ name: "affine" }, 2, 2],
    [{ name: "sigmoid" }, 0, 0.5],
    [{ name: "tanh" }, Math.atanh(0.5), 0.5],
    [{ name: "relu" }, -2, 0],
    [{ name: "leakyRelu" }, -2, -0.02],
    [{ name: "thresholdedRelu" }, 1, 0],
    [{ name: "thresholdedRelu" }, 1.5, 1.5],
    [{ name: "scaledTanh", alpha: 2, beta: 0.5 }, 2 * Math.atanh(0.5), 1],
    [{ name: "hardSigmoid" }, 1, 0.7],
    [{ name: "hardSigmoid" }, 3, 1],
    [{ name: "elu" }, -Math.LN2, -0.5],
    [{ name: "softsign" }, -3, -0.75],
    [{ name: "softplus" }, 0, Math.LN2],
  ])("%o at %d is %d", (activation, x, y) => {
    expect(activationValue(activation, x)).toBeCloseTo(y, 14);
  });
});

describe("generated code", () => {
  test("keeps an operand together", () => {
    expect(activationCode({ name: "leakyRelu", alpha: 0.5 }, "a + b")).toBe(
      "select(f32(0.5) * (a + b), (a + b), (a + b) > 0.0)",
    );
    expect(activationCode({ name: "linear" }, "a + b")).toBe("(a + b)");
    expect(activationSlopeCode({ name: "tanh" }, "a - b")).toBe("(1.0 - (a - b) * (a - b))");
    expect(activationCode({ name: "tanh" }, "gates.z")).toBe("tanhSafe(gates.z)");
  });

  test("writes numbers as float32 has them", () => {
    expect(activationCode({ name: "affine", alpha: 0.1, beta: -1e-10 }, "x")).toBe(
      `(f32(${Math.fround(0.1)}) * x + f32(${Math.fround(-1e-10)}))`,
    );
  });
});

describe("what no activation can have", () => {
  test("an unknown name", () => {
    const name = "toString" as ActivationName;
    expect(() => activationCode({ name }, "x")).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: activation: it should be { name }, of one of linear, affine, sigmoid, tanh, relu, leakyRelu, thresholdedRelu, scaledTanh, hardSigmoid, elu, softsign, softplus, but is toString.]`,
    );
  });

  test("an alpha for which the value does not tell the slope", () => {
    expect(() => activationSlopeCode({ name: "leakyRelu", alpha: -0.1 }, "y")).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: activation: alpha of leakyRelu should be 0 or more but is -0.1.]`,
    );
    expect(() => activationValue({ name: "elu", alpha: -1 }, 1)).toThrow("alpha of elu should be 0 or more but is -1");
    expect(() => activationValue({ name: "thresholdedRelu", alpha: -1 }, 1)).toThrow("alpha of thresholdedRelu");
    expect(() => activationSlope({ name: "scaledTanh", alpha: 0 }, 1)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: activation: alpha of scaledTanh should be other than 0 but is 0.]`,
    );
  });

  test("a number that is not finite", () => {
    expect(() => activationCode({ name: "affine", beta: Number.NaN }, "x")).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: activation: alpha and beta of affine should be finite but is 1 and NaN.]`,
    );
  });
});
