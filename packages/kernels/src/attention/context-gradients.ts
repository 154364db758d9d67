import { defineKernel, optional, perCall, perModel, read, write } from "../core";
import { scoreGradientPhase } from "./phases";
import { loadFour, readMemory, readQuery, WHOLE_FOURS } from "./quads";
import { withLanes } from "./with-lanes";

/**
 * Gradients of scores from those of the context and the weights that their softmax made, whatever the score:
 *   dα_s = dα_s + Σ_d dc_d·m_sd,   de_s = α_s·(dα_s − Σ_u α_u·dα_u)
 * 0 where the weight is 0, so past a row's length.
 */
export const attentionScoreGradient = withLanes((p) =>
  defineKernel({
    name: `attention_score_gradient${p.suffix}`,
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
    plan: ({ B, T }, limits) => p.plan(B * T, limits),
    cost: ({ B, T, S, D }) => ({
      flops: B * T * S * (2 * D + 4),
      bytes: 4 * (B * S * D + B * T * (D + 3 * S)),
    }),
    wgsl: (plan, { dims, options, has }) =>
      p.kernel(plan, {
        count: "dims.S",
        functions: has.dContext
          ? ["memory", "dContext"].map((name) => loadFour(name, dims.D, options.memoryFours))
          : [],
        phases: [scoreGradientPhase(p, dims.D, has)],
      }),
  }),
);
