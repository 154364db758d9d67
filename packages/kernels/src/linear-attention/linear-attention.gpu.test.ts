import { type Float64Tensor, normal, uniform } from "@unroll/testing";
import { describe, test } from "vitest";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { linearAttentionKeyGradient, linearAttentionQueryGradient, linearAttentionValueGradient } from "./backward";
import { linearAttention, linearAttentionErrors } from "./forward";
import {
  type LinearInputs,
  linearAttentionBackwardReference,
  linearAttentionReference,
} from "./linear-attention.reference";

const gpu = useTestDevice();
const scale = 0.4;

describe.each([
  { why: "linear", sizes: { B: 2, T: 5, N: 2, M: 2, D: 3, E: 4 }, A: 1, decays: false, delta: false, state: false },
  {
    why: "a decay of each head",
    sizes: { B: 1, T: 7, N: 4, M: 2, D: 8, E: 5 },
    A: 1,
    decays: true,
    delta: false,
    state: true,
  },
  {
    why: "a decay of each feature",
    sizes: { B: 2, T: 4, N: 1, M: 1, D: 6, E: 70 },
    A: 6,
    decays: true,
    delta: false,
    state: false,
  },
  {
    why: "the delta rule",
    sizes: { B: 3, T: 6, N: 3, M: 1, D: 5, E: 5 },
    A: 1,
    decays: false,
    delta: true,
    state: true,
  },
  { why: "all of it", sizes: { B: 2, T: 9, N: 4, M: 2, D: 16, E: 8 }, A: 16, decays: true, delta: true, state: true },
  {
    why: "one step of wide heads",
    sizes: { B: 1, T: 1, N: 2, M: 2, D: 128, E: 64 },
    A: 1,
    decays: true,
    delta: true,
    state: true,
  },
])("$why", ({ sizes, A, decays, delta, state }) => {
  const { B, T, N, M, D, E } = sizes;
  const dims = { ...sizes, A };
  // keys of length 1 and β below 1, as layers make them: what the delta rule writes then stays of the size of v
  const unit = 1 / Math.sqrt(D);
  const scaled = ({ shape, data }: Float64Tensor): Float64Tensor => ({
    shape,
    data: data.map((x) => Math.fround(x * unit)),
  });
  const inputs: LinearInputs = {
    q: normal([B, T, N, D], { seed: 1 }),
    k: scaled(normal([B, T, M, D], { seed: 2 })),
    v: normal([B, T, M, E], { seed: 3 }),
    ...(decays ? { decay: uniform([B, T, M, A], { seed: 4, low: -1, high: 0 }) } : {}),
    ...(delta ? { beta: uniform([B, T, M], { seed: 5, low: 0, high: 1 }) } : {}),
    ...(state ? { start: normal([B, M, D, E], { seed: 6 }) } : {}),
  };
  const d = { out: normal([B, T, N, E], { seed: 7 }), end: normal([B, M, D, E], { seed: 8 }) };
  const { out, end } = linearAttentionReference(inputs, sizes, scale);
  const slopes = linearAttentionBackwardReference(inputs, d, sizes, scale);
  const [q, k, v] = [inputs.q.data, inputs.k.data, inputs.v.data];
  const retain = inputs.decay && { retain: inputs.decay.data.map((g) => Math.exp(g)) };
  const beta = inputs.beta && { beta: inputs.beta.data };
  const start = inputs.start && { start: inputs.start.data };
  const written = slopes.errors.data.map((e, n) => e * (inputs.beta?.data[Math.floor(n / E)] ?? 1));
  // each step rounds sums of D or E products, and a state takes over what the T before it were off by
  const within = (values: ArrayLike<number>) => ({
    absolute:
      T * (Math.max(D, E) + 8) * 2 ** -24 * Array.from(values).reduce((most, x) => Math.max(most, Math.abs(x)), 4),
  });

  test("values", async () => {
    const call = { dims, inputs: { k, v, ...retain, ...beta, ...start } };
    await checkKernel(gpu.device, linearAttention, {
      ...call,
      scalars: { scale },
      inputs: { q, ...call.inputs },
      expected: { out: out.data, end: end.data },
      tolerance: within(end.data),
    });
    if (!delta) return;
    await checkKernel(gpu.device, linearAttentionErrors, {
      ...call,
      expected: { errors: slopes.errors.data },
      tolerance: within(slopes.errors.data),
    });
  });

  test("gradients", async () => {
    const common = { dims, scalars: { scale } };
    const dOut = d.out.data;
    const dEnd = state ? { dEnd: d.end.data } : {};
    const wanted = state
      ? slopes
      : linearAttentionBackwardReference(
          inputs,
          { ...d, end: { ...d.end, data: d.end.data.map(() => 0) } },
          sizes,
          scale,
        );
    const dvGiven = delta ? { dv: wanted.v.data } : {};
    await checkKernel(gpu.device, linearAttentionValueGradient, {
      ...common,
      inputs: { q, k, ...retain, ...beta, dOut, ...dEnd },
      outputs: state ? ["dStart"] : [],
      expected: { dv: wanted.v.data, ...(state ? { dStart: wanted.start.data } : {}) },
      tolerance: within(wanted.start.data),
    });
    await checkKernel(gpu.device, linearAttentionQueryGradient, {
      ...common,
      inputs: { k, written, ...retain, ...start, dOut, ...dvGiven },
      outputs: delta ? ["readGradient"] : [],
      expected: { dq: wanted.q.data, ...(delta ? { readGradient: wanted.readGradient.data } : {}) },
      tolerance: within([...end.data, ...wanted.q.data, ...wanted.readGradient.data]),
    });
    await checkKernel(gpu.device, linearAttentionKeyGradient, {
      ...common,
      inputs: { q, k, u: wanted.errors.data, ...retain, dOut, ...dvGiven, ...dEnd },
      expected: { writeGradient: wanted.writeGradient.data },
      tolerance: within([...wanted.start.data, ...wanted.writeGradient.data]),
    });
  });
});
