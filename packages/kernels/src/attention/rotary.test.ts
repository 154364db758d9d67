import { float64, gradcheck, normal } from "@unroll/testing";
import { expect, test } from "vitest";
import { rotaryReference } from "./rotary.reference";

test.each([true, false])(
  "the reference's gradient, the rotation back, equals central differences (interleaved %s)",
  (interleaved) => {
    const sizes = { B: 2, T: 3, N: 2, D: 5, R: 4 };
    const shape = [2, 3, 2, 5];
    const tables = { cosines: normal([6], { seed: 2 }).data, sines: normal([6], { seed: 3 }).data };
    const turned = (x: Float64Array, turn: number) =>
      rotaryReference(x, tables, sizes, { interleaved, row: (_, t) => t, turn });
    const result = gradcheck(
      {
        forward: ({ x }) => ({ y: float64(shape, turned(x.data, 1)) }),
        backward: (_, { y }) => ({ x: float64(shape, turned(y.data, -1)) }),
      },
      { x: normal(shape, { seed: 1 }) },
    );
    // linear in x: only rounding, ε·|L|/step ≈ 1e-9, over gradients of at least the floor 1e-3
    expect(result.worst, result.where).toBeLessThan(1e-6);
  },
);
