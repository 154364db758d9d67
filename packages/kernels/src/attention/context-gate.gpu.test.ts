import { type Float64Tensor, normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { runKernel } from "../core";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { contextGate, contextGateBackward } from "./context-gate";
import { contextGateBackwardReference, contextGateReference } from "./context-gate.reference";

const gpu = useTestDevice();
const ε = 2 ** -24;

const inputsOf = (R: number, Q: number, D: number, scale = 0.3) => ({
  query: normal([R, Q], { seed: 1 }),
  weight: normal([Q], { seed: 2, scale }),
  bias: normal([1], { seed: 3 }),
  context: normal([R, D], { seed: 4 }),
});
const largest = (...of: Float64Tensor[]): number =>
  of.reduce((most, { data }) => data.reduce((m, value) => Math.max(m, Math.abs(value)), most), 0);

describe.each([
  { R: 1, Q: 1, D: 1, why: "smallest" },
  { R: 5, Q: 67, D: 131, why: "a multiple of no workgroup" },
  { R: 3, Q: 300, D: 64, why: "several terms to a lane" },
  { R: 4, Q: 64, D: 7, scale: 40, why: "gates that are shut or open" },
  { R: 0, Q: 3, D: 2, why: "no query" },
])("[$R], Q $Q, D $D: $why", ({ R, Q, D, scale }) => {
  const inputs = inputsOf(R, Q, D, scale);
  const { query, weight, bias, context } = inputs;
  const { gate, gated } = contextGateReference(inputs);
  const dims = { R, Q, D };
  // z adds Q terms, each rounded twice at a size of at most `terms` in all; σ has a slope of ¼ and 16 roundings of its own
  const terms = Q * largest(weight) * Math.max(1, largest(query)) + largest(bias);
  const gateError = ((terms * (Q / 64 + 20)) / 4) * ε + 16 * ε;

  test("forward", async () => {
    await checkKernel(gpu.device, contextGate, {
      dims,
      inputs: { query: query.data, weight: weight.data, bias: bias.data, context: context.data },
      expected: { gate: gate.data, gated: gated.data },
      tolerance: { absolute: Math.max(1, largest(context)) * (gateError + ε) },
    });
  });

  test("backward", async () => {
    const dGated = normal([R, D], { seed: 5 });
    const wanted = contextGateBackwardReference(inputs, dGated);
    const products = D * largest(dGated) * largest(context);
    // β and 1 − β are those of the gate as it was rounded; the sum has D terms
    const dz = products * ((D / 64 + 20) * ε + 2 * ε);
    await checkKernel(gpu.device, contextGateBackward, {
      dims,
      inputs: {
        weight: weight.data,
        context: context.data,
        gate: Float64Array.from(gate.data, Math.fround),
        dGated: dGated.data,
      },
      expected: { dContext: wanted.context.data, dLogit: wanted.logit.data, dQuery: wanted.query.data },
      tolerance: { absolute: Math.max(2 * largest(dGated) * ε, dz * Math.max(1, largest(weight)), 1e-37) },
    });
  });
});

test("more queries change no bit", async () => {
  const [R, Q, D] = [2, 33, 70];
  const more = inputsOf(5, Q, D);
  const run = (rows: number) =>
    runKernel(gpu.device, contextGate, {
      dims: { R: rows, Q, D },
      inputs: {
        query: Float32Array.from(more.query.data.subarray(0, rows * Q)),
        weight: Float32Array.from(more.weight.data),
        bias: Float32Array.from(more.bias.data),
        context: Float32Array.from(more.context.data.subarray(0, rows * D)),
      },
    });
  const [few, all] = [await run(R), await run(5)];
  expect(all.gated?.slice(0, R * D)).toEqual(few.gated);
  expect(all.gate?.slice(0, R)).toEqual(few.gate);
});
