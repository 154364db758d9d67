import { add, cast, evaluate, explain, grad, mul, slice, sum, type Tensor, tensor } from "@unroll/nn";
import { expectClose, normal, uniform } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { toTensor } from "../test-support/check-attention";
import { useTestDevice } from "../test-support/device";
import { withHalves } from "../test-support/halves";
import { draws } from "../test-support/tensors";
import { linearAttention } from "./fused";
import { type LinearInputs, plainLinearAttention } from "./plain";
import type { LinearSizes } from "./sizes";

const gpu = useTestDevice();
const ε = 2 ** -24;

interface Case {
  readonly why: string;
  readonly sizes: Omit<LinearSizes, "A">;
  readonly A?: number;
  readonly given: readonly ("decay" | "beta" | "state")[];
}

const CASES: readonly Case[] = [
  { why: "linear", sizes: { B: 2, T: 6, N: 2, M: 2, D: 4, E: 3 }, given: [] },
  {
    why: "a decay of each head, and a state",
    sizes: { B: 2, T: 5, N: 4, M: 2, D: 4, E: 6 },
    given: ["decay", "state"],
  },
  { why: "a decay of each feature", sizes: { B: 1, T: 7, N: 2, M: 1, D: 8, E: 8 }, A: 8, given: ["decay"] },
  { why: "the delta rule", sizes: { B: 2, T: 6, N: 2, M: 2, D: 5, E: 4 }, given: ["beta"] },
  { why: "all of it", sizes: { B: 2, T: 9, N: 4, M: 2, D: 8, E: 4 }, A: 8, given: ["decay", "beta", "state"] },
  { why: "one step", sizes: { B: 3, T: 1, N: 2, M: 1, D: 4, E: 4 }, given: ["decay", "beta", "state"] },
];

/** Numbers as layers make them: keys of about length 1, β from 0 to 1, decays below 0. */
function inputsOf({ B, T, N, M, D, E }: Omit<LinearSizes, "A">, A: number, given: Case["given"]): LinearInputs {
  const keys = normal([B, T, M * D], { seed: 2 });
  return {
    q: draws([B, T, N * D], 1),
    k: toTensor({ ...keys, data: keys.data.map((x) => x / Math.sqrt(D)) }),
    v: draws([B, T, M * E], 3),
    decay: given.includes("decay") ? toTensor(uniform([B, T, M * A], { seed: 4, low: -2, high: 0 })) : undefined,
    beta: given.includes("beta") ? toTensor(uniform([B, T, M], { seed: 5, low: 0, high: 1 })) : undefined,
    state: given.includes("state") ? draws([B, M, D, E], 6) : undefined,
  };
}

describe.each(CASES)("$why", ({ sizes, A = 1, given }) => {
  const { B, T, N, M, D, E } = sizes;

  test("the fused kernels give what the plain path gives, values and gradients", async () => {
    const inputs = inputsOf(sizes, A, given);
    const of = Object.values(inputs).filter((input) => input !== undefined);
    const weights = [draws([B, T, N * E], 7), draws([B, M, D, E], 8)] as const;
    const { q, k, v, ...rest } = inputs;
    const fused = linearAttention(q, k, v, { heads: N, keyHeads: M, ...rest });
    const plain = plainLinearAttention(inputs, { ...sizes, A }, 1 / Math.sqrt(D));
    const gradients = [fused, plain].map(({ output, state }) =>
      grad(add(sum(mul(output, weights[0])), sum(mul(state, weights[1]))), of),
    );
    await evaluate([fused.output, fused.state, plain.output, plain.state, ...gradients.flat()]);
    // Numbers up to 5·√T in a state. A step adds sums of D or E products, and takes over what those before it were off by;
    // a gradient goes through the steps twice, and that of a decay adds up those of the steps after it.
    const state = T * (Math.max(D, E) + 8) * 5 * Math.sqrt(T) * ε;
    expectClose("output", await fused.output.data(), await plain.output.data(), { absolute: D * state });
    expectClose("state", await fused.state.data(), await plain.state.data(), { absolute: state });
    for (const [index, one] of (gradients[0] as Tensor[]).entries()) {
      const other = (gradients[1] as Tensor[])[index] as Tensor;
      expect(one.shape).toEqual(other.shape);
      expectClose(`gradient ${index}`, await one.data(), await other.data(), { absolute: 8 * T * D * E * state });
    }
  });
});

test("a sequence in two parts, the state carried on, is the sequence in one", async () => {
  const sizes = { B: 2, T: 8, N: 2, M: 2, D: 4, E: 4 };
  const { q, k, v, decay, beta } = inputsOf(sizes, 1, ["decay", "beta"]);
  const whole = linearAttention(q, k, v, { heads: 2, decay, beta });
  const part = (from: number, to: number, state?: Tensor) => {
    const [queries, keys, values, decays, betas] = [q, k, v, decay as Tensor, beta as Tensor].map((x) =>
      slice(x, 1, from, to),
    ) as [Tensor, Tensor, Tensor, Tensor, Tensor];
    return linearAttention(queries, keys, values, { heads: 2, decay: decays, beta: betas, state });
  };
  const first = part(0, 5);
  const second = part(5, 8, first.state);
  await evaluate([whole.state, second.state, second.output, whole.output]);
  expect(await second.state.data()).toEqual(await whole.state.data()); // the same operations in the same order
  expect(await second.output.data()).toEqual(await slice(whole.output, 1, 5, 8).data());
});

test("past its length a row gives zeros, keeps its state, and what is there is of no account", async () => {
  const sizes = { B: 3, T: 5, N: 2, M: 1, D: 4, E: 4 };
  const inputs = inputsOf(sizes, 4, ["decay", "beta", "state"]);
  const lengths = [5, 2, 0];
  const { q, k, v, ...rest } = inputs;
  const call = { heads: 2, keyHeads: 1, ...rest, lengths };
  const poisoned = await withNaNPast(lengths, [q, k, v, rest.decay as Tensor, rest.beta as Tensor]);
  const [pq, pk, pv, decay, beta] = poisoned as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const of = [pq, pk, pv, decay, beta];
  const { output, state } = linearAttention(pq, pk, pv, { ...call, decay, beta });
  const gradients = grad(add(sum(mul(output, output)), sum(state)), of);
  await evaluate([output, state, ...gradients]);
  for (const each of [output, ...gradients]) {
    const values = await each.data();
    const row = values.length / 3;
    expect(Array.from(values).every(Number.isFinite)).toBe(true);
    expect(values.subarray(2 * row).every((x) => x === 0)).toBe(true);
    expect(values.subarray(row + (2 * row) / 5, 2 * row).every((x) => x === 0)).toBe(true);
    expect(values.subarray(0, row).some((x) => x !== 0)).toBe(true);
  }
  const start = await (rest.state as Tensor).data();
  expect((await state.data()).subarray(32)).toEqual(start.subarray(32)); // of the row of length 0
  const short = linearAttention(
    ...([q, k, v].map((x) => slice(slice(x, 0, 1, 2), 1, 0, 2)) as [Tensor, Tensor, Tensor]),
    {
      ...{ heads: 2, keyHeads: 1 },
      decay: slice(slice(rest.decay as Tensor, 0, 1, 2), 1, 0, 2),
      beta: slice(slice(rest.beta as Tensor, 0, 1, 2), 1, 0, 2),
      state: slice(rest.state as Tensor, 0, 1, 2),
    },
  );
  expect((await state.data()).subarray(16, 32)).toEqual(await short.state.data());
});

test("takes one dispatch forward, and a number of them backward that does not grow with the steps", async () => {
  const counts = [];
  for (const T of [3, 60]) {
    const { q, k, v, decay, beta } = inputsOf({ B: 1, T, N: 2, M: 2, D: 4, E: 4 }, 1, ["decay", "beta"]);
    const { output } = linearAttention(q, k, v, { heads: 2, decay, beta });
    const { calls } = await explain(output);
    expect(calls.map(({ kernel, dispatches }) => `${dispatches} ${kernel}`).at(-1)).toBe("1 linear_attention");
    const gradients = grad(sum(mul(output, output)), [q, k, v, decay as Tensor, beta as Tensor]);
    const all = await explain(gradients.map((gradient) => sum(gradient)).reduce((a, b) => add(a, b)));
    counts.push(all.dispatches);
    const own = all.calls.filter(({ kernel }) => kernel.startsWith("linear_attention"));
    expect(own.map(({ kernel }) => kernel).sort()).toMatchInlineSnapshot(`
      [
        "linear_attention",
        "linear_attention_errors",
        "linear_attention_key_gradient",
        "linear_attention_query_gradient",
        "linear_attention_value_gradient",
      ]
    `);
  }
  expect(counts).toMatchInlineSnapshot(`
    [
      28,
      28,
    ]
  `);
});

test("halves in, halves out, within what they round", () =>
  withHalves(gpu.device, async () => {
    const inputs = inputsOf({ B: 1, T: 4, N: 1, M: 1, D: 4, E: 4 }, 1, ["decay", "beta"]);
    const { q, k, v, decay, beta } = inputs;
    const half = async (x: Tensor) => tensor(await x.data(), { shape: x.shape, dtype: "f16" });
    const [hq, hk, hv, hd, hb] = await Promise.all([q, k, v, decay as Tensor, beta as Tensor].map(half));
    const of = [hq, hk, hv, hd, hb] as Tensor[];
    const { output, state } = linearAttention(hq as Tensor, hk as Tensor, hv as Tensor, {
      heads: 1,
      decay: hd,
      beta: hb,
    });
    expect([output.dtype, state.dtype]).toEqual(["f16", "f32"]);
    const gradients = grad(sum(cast(mul(output, output), "f32")), of);
    expect(gradients.map(({ dtype }) => dtype)).toEqual(["f16", "f16", "f16", "f16", "f16"]);
    const wanted = await linearAttention(q, k, v, { heads: 1, decay, beta }).output.data();
    // inputs and the result rounded to 2⁻¹¹ of at most 4, through sums of 4 products
    expectClose("output", await output.data(), wanted, { absolute: 64 * 2 ** -11 });
    await evaluate(gradients);
  }));

/** The same tensors with NaN past each row's length. */
async function withNaNPast(lengths: readonly number[], of: readonly Tensor[]): Promise<Tensor[]> {
  return Promise.all(
    of.map(async (x) => {
      const [, T = 1] = x.shape;
      const steps = x.size / lengths.length / T;
      const data = Float32Array.from(await x.data(), (value, n) => {
        const step = Math.floor(n / steps);
        return step % T < (lengths[Math.floor(step / T)] ?? 0) ? value : Number.NaN;
      });
      return tensor(data, { shape: x.shape, allowNonFinite: true });
    }),
  );
}
