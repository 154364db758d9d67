import { expectClose } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { useTestDevice } from "../test-support/device";
import { mapFunction, sweep } from "../test-support/map-function";
import { type Activation, activationCode, activationSlope, activationSlopeCode, activationValue } from "./activation";
import { ACTIVATION_CASES } from "./activation.cases";

const gpu = useTestDevice();
const U = 2 ** -24;

/** As the GPU gets them: alpha and beta are f32 there. */
const rounded = ({ name, alpha, beta }: Activation): Activation => ({
  name,
  ...(alpha === undefined ? {} : { alpha: Math.fround(alpha) }),
  ...(beta === undefined ? {} : { beta: Math.fround(beta) }),
});

describe.each(ACTIVATION_CASES.map(rounded))("$name, alpha $alpha, beta $beta", (activation) => {
  // at 1e37 and above alpha·x itself may overflow
  const x = sweep({ from: -1e37, to: 1e37 });
  const size = Math.max(1, Math.abs(activation.alpha ?? 1), Math.abs(activation.beta ?? 1));

  test("code equals value", async () => {
    const values = await mapFunction(gpu.device, activationCode(activation, "x"), x);
    // softplus and tanhSafe take 16 half ulps, elu's exp 3 ulp, all times alpha; alpha·x rounds before beta cancels it;
    // softsign's quotient takes 2.5 ulp and a rounding, relative
    expectClose(
      "value",
      values,
      Float64Array.from(x, (point) => activationValue(activation, point)),
      { absolute: 20 * size * U, relative: 6 * U },
    );
  });

  test("slope code equals slope, from the same value", async () => {
    // a device may flush a subnormal y to 0, where some slopes jump
    const y = Float32Array.from(x, (point) => activationValue(activation, point)).filter(
      (value) => value === 0 || Math.abs(value) >= 2 ** -126,
    );
    const slopes = await mapFunction(gpu.device, activationSlopeCode(activation, "x"), y);
    // softplus: e^−y·(3 + 2y) ulp is at most 3, and the difference rounds; scaledTanh: a quotient of up to alpha, 2.5 ulp,
    // and two roundings, times beta; the others a rounding or two of numbers up to 1
    expectClose(
      "slope",
      slopes,
      Float64Array.from(y, (value) => activationSlope(activation, value)),
      { absolute: 12 * size * size * U, relative: 6 * U },
    );
  });

  test("an operand of several terms is taken as one", async () => {
    const points = sweep({ from: -3, to: 3 });
    const whole = await mapFunction(gpu.device, activationCode(activation, "x"), points);
    const parts = await mapFunction(gpu.device, activationCode(activation, "x + 0.0"), points);
    expect(parts).toEqual(whole);
    const slope = await mapFunction(gpu.device, `2.0 * ${activationSlopeCode(activation, "x")}`, whole);
    const sum = await mapFunction(gpu.device, `2.0 * ${activationSlopeCode(activation, "x + 0.0")}`, whole);
    expect(sum).toEqual(slope);
  });
});
