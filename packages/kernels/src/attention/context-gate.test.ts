import { type Float64Tensor, gradcheck, normal } from "@unroll/testing";
import { expect, test } from "vitest";
import { contextGateBackwardReference, contextGateReference, type GateInputs } from "./context-gate.reference";

test("reference gradients equal central differences (float64)", () => {
  const inputs: GateInputs = {
    query: normal([3, 5], { seed: 1 }),
    weight: normal([5], { seed: 2 }),
    bias: normal([1], { seed: 3 }),
    context: normal([3, 4], { seed: 4 }),
  };
  const result = gradcheck<GateInputs, { gated: Float64Tensor }>(
    {
      forward: (at) => ({ gated: contextGateReference(at).gated }),
      backward: (at, { gated }) => {
        const { query, weight, bias, context } = contextGateBackwardReference(at, gated as Float64Tensor);
        return { query, weight, bias, context };
      },
    },
    inputs,
  );
  // truncation step²·|f‴| ≈ 1e-9 and cancellation ε·|L|/step ≈ 1e-10, over gradients of at least the floor 1e-3
  expect(result.worst, result.where).toBeLessThan(1e-6);
});
