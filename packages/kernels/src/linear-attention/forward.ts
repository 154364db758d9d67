import { defineKernel, flatPlan, optional, read, wgsl, write } from "../core";
import { columnWalk, DIMS, decayed, eachStep, expectFeatures } from "./state";

const GIVEN = {
  k: read("f32", "B T M D"),
  v: read("f32", "B T M E"),
  retain: optional(read("f32", "B T M A")),
  start: optional(read("f32", "B M D E")),
} as const;

/** WGSL: S' of this step in place of the state, and S'ᵀ·k, what the state tells of the key, as `told`. */
const tell = (hasDecay: boolean, A: number): string => wgsl`
        var told = 0.0;
        for (var i = 0u; i < D; i++) {
          let s = ${decayed("state[i]", hasDecay, A)};
          state[i] = s;
          told = fma(k[head * D + i], s, told);
        }`;

/**
 * Attention without a softmax, as a recurrence over a matrix for each head (Katharopoulos et al. 2020; with a decay Yang
 * et al. 2024; with the delta rule Schlag et al. 2021; with both Yang et al. 2025), one dispatch for all steps:
 *   S'_t = a_t ⊙ S_{t−1},   w_t = β_t·(v_t − S'_tᵀ·k_t), or v_t without `beta`
 *   S_t = S'_t + k_t·w_tᵀ,   out_t = scale·S_tᵀ·q_t
 * a is `retain`, for each feature of a key or for the whole head. Head n of the queries reads state ⌊n·M/N⌋.
 */
export const linearAttention = defineKernel({
  name: "linear_attention",
  dims: DIMS,
  scalars: { scale: "f32" },
  bindings: {
    q: read("f32", "B T N D"),
    ...GIVEN,
    beta: optional(read("f32", "B T M")),
    out: write("f32", "B T N E"),
    end: write("f32", "B M D E"),
  },
  check: expectFeatures,
  plan: ({ B, M, E }, limits) => flatPlan(B * M * E, limits),
  cost: ({ B, T, N, M, D, E }) => ({
    flops: B * T * D * E * (2 * N + 5 * M),
    bytes: 4 * B * (T * (N * (D + E) + M * (2 * D + E + 1)) + 2 * M * D * E),
  }),
  wgsl: (plan, { dims: { N, M, A }, has }) => {
    const shared = N / M; // heads of queries that read one state
    const before = has.beta ? "state[i]" : decayed("state[i]", has.retain, A); // in place of the state once it is read
    const step = wgsl`
        ${has.beta ? tell(has.retain, A) : ""}
        let w = ${has.beta ? "beta[head] * (v[head * E + j] - told)" : "v[head * E + j]"};
        // its zeros are written out: in a loop an adapter may leave a variable as the last turn left it
        var sums = array<f32, ${shared}>();
        for (var i = 0u; i < D; i++) {
          let s = fma(k[head * D + i], w, ${before});
          state[i] = s;
          for (var g = 0u; g < ${shared}u; g++) { sums[g] = fma(q[(head * ${shared}u + g) * D + i], s, sums[g]); }
        }
        for (var g = 0u; g < ${shared}u; g++) { out[(head * ${shared}u + g) * E + j] = dims.scale * sums[g]; }`;
    const body = wgsl`
      ${eachStep(step)}
      for (var i = 0u; i < D; i++) { end[first + i * E] = state[i]; }`;
    return columnWalk({ plan, from: has.start ? "start" : undefined, body });
  },
});

/** What the delta rule corrects, e_t = v_t − S'_tᵀ·k_t: its backward needs it and makes it again, so that nothing is kept. */
export const linearAttentionErrors = defineKernel({
  name: "linear_attention_errors",
  dims: DIMS,
  bindings: { ...GIVEN, beta: read("f32", "B T M"), errors: write("f32", "B T M E") },
  check: expectFeatures,
  plan: ({ B, M, E }, limits) => flatPlan(B * M * E, limits),
  cost: ({ B, T, M, D, E }) => ({
    flops: 5 * B * T * M * D * E,
    bytes: 4 * B * M * (T * (2 * D + 2 * E + 1) + D * E),
  }),
  wgsl: (plan, { dims: { A }, has }) => {
    const step = wgsl`
        ${tell(has.retain, A)}
        let e = v[head * E + j] - told;
        errors[head * E + j] = e;
        let w = beta[head] * e;
        for (var i = 0u; i < D; i++) { state[i] = fma(k[head * D + i], w, state[i]); }`;
    return columnWalk({ plan, from: has.start ? "start" : undefined, body: eachStep(step) });
  },
});
