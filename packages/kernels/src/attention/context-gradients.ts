import { defineKernel, flatPlan, optional, perCall, perModel, read, wgsl, write } from "../core";
import { queryKernel, queryPlan, scoreGradientPhase } from "./phases";
import { fours, loadFour, readMemory, readQuery, storeFour, WHOLE_FOURS, writeMemory } from "./quads";

/**
 * Gradients of scores from those of the context and the weights that their softmax made, whatever the score:
 *   dα_s = dα_s + Σ_d dc_d·m_sd,   de_s = α_s·(dα_s − Σ_u α_u·dα_u)
 * 0 where the weight is 0, so past a row's length.
 */
export const attentionScoreGradient = defineKernel({
  name: "attention_score_gradient",
  dims: {
    B: perCall("batch rows"),
    T: perCall("queries of a row"),
    S: perCall("positions of a memory"),
    D: perModel("features of the memory"),
  },
  options: WHOLE_FOURS,
  bindings: {
    memory: readMemory("D"),
    weights: read("f32", "B T S"),
    dContext: optional(readQuery("D")),
    dWeights: optional(read("f32", "B T S")),
    dScores: write("f32", "B T S"),
  },
  plan: ({ B, T }, limits) => queryPlan(B * T, limits),
  cost: ({ B, T, S, D }) => ({
    flops: B * T * S * (2 * D + 4),
    bytes: 4 * (B * S * D + B * T * (D + 3 * S)),
  }),
  wgsl: (plan, { dims, options, has }) =>
    queryKernel(plan, {
      count: "dims.S",
      functions: has.dContext ? ["memory", "dContext"].map((name) => loadFour(name, dims.D, options.memoryFours)) : [],
      phases: [scoreGradientPhase(dims.D, has)],
    }),
});

/**
 * What the positions of a memory get of all queries at once: y_sd = scale·Σ_t w_ts·x_td. With the weights and the contexts'
 * gradients that is the gradient of the memory; with the scores' gradients and the queries, that of keys which queries
 * were multiplied with. An invocation has four features of a position and walks over the queries in order.
 */
export const attentionMemoryGradient = defineKernel({
  name: "attention_memory_gradient",
  dims: {
    B: perCall("batch rows"),
    T: perCall("queries of a row"),
    S: perCall("positions of a memory"),
    D: perModel("features"),
  },
  scalars: { scale: "f32" },
  options: WHOLE_FOURS,
  bindings: { w: read("f32", "B T S"), x: readQuery("D"), y: writeMemory("D") },
  plan: ({ B, S, D }, limits) => flatPlan(B * S * fours(D), limits),
  cost: ({ B, T, S, D }) => ({
    flops: 2 * B * T * S * D,
    bytes: 4 * (B * S * D + B * T * (D + S)),
  }),
  wgsl: (plan, { dims: { D }, options: { memoryFours } }) => wgsl`
    ${loadFour("x", D, memoryFours)}
    ${storeFour("y", D, memoryFours)}
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let n = id.x + id.y * ${plan.width}u;
      if (n >= dims.B * dims.S * ${fours(D)}u) { return; }
      let q = n % ${fours(D)}u;
      let place = n / ${fours(D)}u;
      let s = place % dims.S;
      let b = place / dims.S;
      var sum = vec4f(0.0);
      for (var t = 0u; t < dims.T; t++) {
        let row = b * dims.T + t;
        sum += w[row * dims.S + s] * load_x(row, q);
      }
      store_y(place, q, dims.scale * sum);
    }`,
});
