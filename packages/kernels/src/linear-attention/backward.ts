import { defineKernel, flatPlan, optional, read, wgsl, write } from "../core";
import { columnWalk, DIMS, decayed, eachStep, expectFeatures, rowWalk } from "./state";

/** WGSL that adds what a step's queries gave, scale·Σ q·dOut over the heads that read one state, to `s` at row i, column j. */
const addReads = (shared: number): string => wgsl`
          for (var g = 0u; g < ${shared}u; g++) {
            let n = head * ${shared}u + g;
            s = fma(dims.scale * q[n * D + i], dOut[n * E + j], s);
          }`;

/**
 * Gradients of values and of the first state of `linearAttention`, from the last step to the first, with G_t that of S_t:
 *   G_t = a_{t+1} ⊙ G'_{t+1} + scale·Σ q_t·dOut_tᵀ,   dv_t = β_t·G_tᵀ·k_t,   G'_t = G_t − k_t·dv_tᵀ
 * Without `beta` dv_t = G_tᵀ·k_t and G'_t = G_t.
 */
export const linearAttentionValueGradient = defineKernel({
  name: "linear_attention_value_gradient",
  dims: DIMS,
  scalars: { scale: "f32" },
  bindings: {
    q: read("f32", "B T N D"),
    k: read("f32", "B T M D"),
    retain: optional(read("f32", "B T M A")),
    beta: optional(read("f32", "B T M")),
    dOut: read("f32", "B T N E"),
    dEnd: optional(read("f32", "B M D E")),
    dv: write("f32", "B T M E"),
    dStart: optional(write("f32", "B M D E")),
  },
  check: expectFeatures,
  plan: ({ B, M, E }, limits) => flatPlan(B * M * E, limits),
  cost: ({ B, T, N, M, D, E }) => ({
    flops: B * T * D * E * (2 * N + 5 * M),
    bytes: 4 * B * (T * (N * (D + E) + M * (2 * D + E + 1)) + 2 * M * D * E),
  }),
  wgsl: (plan, { dims: { N, M, A }, has }) => {
    const step = wgsl`
        var told = 0.0;
        for (var i = 0u; i < D; i++) {
          var s = state[i];
          ${addReads(N / M)}
          state[i] = s;
          told = fma(k[head * D + i], s, told);
        }
        let d = ${has.beta ? "beta[head] * told" : "told"};
        dv[head * E + j] = d;
        ${has.beta ? "for (var i = 0u; i < D; i++) { state[i] = fma(-k[head * D + i], d, state[i]); }" : ""}
        ${has.retain ? `for (var i = 0u; i < D; i++) { state[i] = ${decayed("state[i]", true, A)}; }` : ""}`;
    const body = wgsl`
      ${eachStep(step, { back: true })}
      ${has.dStart ? "for (var i = 0u; i < D; i++) { dStart[first + i * E] = state[i]; }" : ""}`;
    return columnWalk({ plan, from: has.dEnd ? "dEnd" : undefined, body });
  },
});

/**
 * Gradients of queries, dq_t = scale·S_t·dOut_t, where `written` is w; and, given what the delta rule gave to values, that of
 * keys as they were read, S'_t·dv_t.
 */
export const linearAttentionQueryGradient = defineKernel({
  name: "linear_attention_query_gradient",
  dims: DIMS,
  scalars: { scale: "f32" },
  bindings: {
    k: read("f32", "B T M D"),
    written: read("f32", "B T M E"),
    retain: optional(read("f32", "B T M A")),
    start: optional(read("f32", "B M D E")),
    dOut: read("f32", "B T N E"),
    dv: optional(read("f32", "B T M E")),
    dq: write("f32", "B T N D"),
    readGradient: optional(write("f32", "B T M D")),
  },
  check: expectFeatures,
  plan: ({ B, M, D }, limits) => flatPlan(B * M * D, limits),
  cost: ({ B, T, N, M, D, E }) => ({
    flops: B * T * D * E * (2 * N + 5 * M),
    bytes: 4 * B * (T * (N * (D + E) + M * (3 * D + 2 * E)) + M * D * E),
  }),
  wgsl: (plan, { dims: { N, M, A }, has }) => {
    const shared = N / M;
    const taken = has.dv && has.readGradient;
    const step = wgsl`
        let own = k[head * D + i];
        var taken = 0.0;
        var sums = array<f32, ${shared}>();
        for (var j = 0u; j < E; j++) {
          let before = ${decayed("state[j]", has.retain, A)};
          ${taken ? "taken = fma(dv[head * E + j], before, taken);" : ""}
          let s = fma(own, written[head * E + j], before);
          state[j] = s;
          for (var g = 0u; g < ${shared}u; g++) { sums[g] = fma(dOut[(head * ${shared}u + g) * E + j], s, sums[g]); }
        }
        for (var g = 0u; g < ${shared}u; g++) { dq[(head * ${shared}u + g) * D + i] = dims.scale * sums[g]; }
        ${taken ? "readGradient[head * D + i] = taken;" : ""}`;
    return rowWalk({ plan, from: has.start ? "start" : undefined, body: eachStep(step) });
  },
});

/**
 * Gradients of keys as they were written, G_t·u_t, where u is what `written` is before β: e of the delta rule, else v.
 */
export const linearAttentionKeyGradient = defineKernel({
  name: "linear_attention_key_gradient",
  dims: DIMS,
  scalars: { scale: "f32" },
  bindings: {
    q: read("f32", "B T N D"),
    k: read("f32", "B T M D"),
    u: read("f32", "B T M E"),
    retain: optional(read("f32", "B T M A")),
    dOut: read("f32", "B T N E"),
    dv: optional(read("f32", "B T M E")),
    dEnd: optional(read("f32", "B M D E")),
    writeGradient: write("f32", "B T M D"),
  },
  check: expectFeatures,
  plan: ({ B, M, D }, limits) => flatPlan(B * M * D, limits),
  cost: ({ B, T, N, M, D, E }) => ({
    flops: B * T * D * E * (2 * N + 5 * M),
    bytes: 4 * B * (T * (N * (D + E) + M * (3 * D + 2 * E)) + M * D * E),
  }),
  wgsl: (plan, { dims: { N, M, A }, has }) => {
    const next = has.dv ? "fma(-own, dv[head * E + j], s)" : "s";
    const step = wgsl`
        let own = k[head * D + i];
        var given = 0.0;
        for (var j = 0u; j < E; j++) {
          var s = state[j];
          ${addReads(N / M)}
          given = fma(u[head * E + j], s, given);
          state[j] = ${decayed(next, has.retain, A)};
        }
        writeGradient[head * D + i] = given;`;
    return rowWalk({ plan, from: has.dEnd ? "dEnd" : undefined, body: eachStep(step, { back: true }) });
  },
});
