import { defineKernel, optional, perCall, perModel, read, write } from "../core";
import { contextPhase, type Phases, positions, scoreGradientPhase, softmaxPhase } from "./phases";
import { loadFour, readMemory, readQuery, storeFour, WHOLE_FOURS, writeQuery } from "./quads";
import { withLanes } from "./with-lanes";

const DIMS = {
  B: perCall("batch rows"),
  T: perCall("queries of a row"),
  S: perCall("positions of a memory"),
  A: perModel("features of a query and a key"),
  D: perModel("features of the memory"),
} as const;

const score = (p: Phases, A: number, then: string): string =>
  p.eachPosition({
    extent: A,
    kept: { asked: (q) => `load_query(row, ${q})` },
    factors: (q, kept) => [kept("asked"), `load_keys(keysAt + s, ${q})`],
    finish: `value *= dims.scale; ${then}`,
  });

/**
 * Attention by scalar products, one dispatch: the score, its softmax within the row's length, and the weighted sum.
 *   e_s = scale·Σ_a q_a·k_sa,   α = softmax(e),   c = Σ_s α_s·m_s
 * (Luong et al. 2015, eq. 7 and 8, dot; with keys W·m, general; Vaswani et al. 2017, eq. 1, with scale 1/√A.) A row of
 * length 0 gives zeros. A workgroup has a query; the memory is read once for it, which suits the few queries of a
 * decoder's step.
 */
export const dotAttention = withLanes((p) =>
  defineKernel({
    name: `dot_attention${p.suffix}`,
    dims: DIMS,
    scalars: { scale: "f32" },
    options: WHOLE_FOURS,
    bindings: {
      query: readQuery("A"),
      keys: readMemory("A"),
      memory: readMemory("D"),
      lengths: optional(read("u32", "B")),
      weights: write("f32", "B T S"),
      context: writeQuery("D"),
    },
    plan: ({ B, T }, limits) => p.plan(B * T, limits),
    cost: ({ B, T, S, A, D }) => ({
      flops: B * T * S * (2 * A + 2 * D + 4),
      bytes: 4 * (B * S * (A + D) + B * T * (A + D + S)),
    }),
    wgsl: (plan, { dims: { A, D }, options: { keyFours, memoryFours }, has }) =>
      p.kernel(plan, {
        count: positions(has.lengths),
        functions: [
          ...["query", "keys"].map((name) => loadFour(name, A, keyFours)),
          loadFour("memory", D, memoryFours),
          storeFour("context", D, memoryFours),
        ],
        phases: [softmaxPhase(p, (then) => score(p, A, then)), contextPhase(p, D)],
      }),
  }),
);

/**
 * Backward of one step of it, one dispatch: the gradients of the scores, and dq_a = scale·Σ_s de_s·k_sa. Those of keys and
 * memory are products over the queries of all steps.
 */
export const dotAttentionBackward = withLanes((p) =>
  defineKernel({
    name: `dot_attention_backward${p.suffix}`,
    dims: DIMS,
    scalars: { scale: "f32" },
    options: WHOLE_FOURS,
    bindings: {
      keys: readMemory("A"),
      memory: readMemory("D"),
      weights: read("f32", "B T S"),
      dContext: optional(readQuery("D")),
      dWeights: optional(read("f32", "B T S")),
      dScores: write("f32", "B T S"),
      dQuery: writeQuery("A"),
    },
    plan: ({ B, T }, limits) => p.plan(B * T, limits),
    cost: ({ B, T, S, A, D }) => ({
      flops: B * T * S * (2 * A + 2 * D + 4),
      bytes: 4 * (B * S * (A + D) + B * T * (A + D + 3 * S)),
    }),
    wgsl: (plan, { dims: { A, D }, options: { keyFours, memoryFours }, has }) =>
      p.kernel(plan, {
        count: "dims.S",
        functions: [
          loadFour("keys", A, keyFours),
          ...(has.dContext ? ["memory", "dContext"].map((name) => loadFour(name, D, memoryFours)) : []),
          storeFour("dQuery", A, keyFours),
        ],
        phases: [
          scoreGradientPhase(p, D, has),
          p.eachFeature({
            extent: A,
            weight: "dScores[at + s]",
            features: "load_keys(keysAt + s, q)",
            finish: "store_dQuery(row, q, dims.scale * sum);",
          }),
        ],
      }),
  }),
);
