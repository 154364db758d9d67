import { defineKernel, optional, perCall, perModel, read, wgsl, write } from "../core";
import { contextPhase, type Phases, positions, scoreGradientPhase, softmaxPhase } from "./phases";
import { loadFour, readMemory, readQuery, readVector, storeFour, WHOLE_FOURS, writeQuery } from "./quads";
import { withLanes } from "./with-lanes";

const SCORE = {
  B: perCall("batch rows"),
  T: perCall("queries of a row"),
  S: perCall("positions of a memory"),
  A: perModel("units of a score"),
  F: perModel("features of a position beside its key"),
} as const;
const DIMS = { ...SCORE, D: perModel("features of the memory") } as const;

interface Code {
  readonly dims: { readonly A: number };
  readonly options: { readonly keyFours: boolean };
  readonly has: { readonly features?: boolean };
}

/** WGSL of the part of a unit that features beside the key have, four units `q` of position `s`. */
export const featureTerm = (hasFeatures: boolean | undefined): string =>
  hasFeatures
    ? "for (var f = 0u; f < F; f++) { x = fma(load_vector(1u + f, q), vec4f(features[(row * dims.S + s) * F + f]), x); }"
    : "";

/** Loads of what a score reads, and four of its units after their tanh: `x` is the query's part. */
function unitFunctions({ dims: { A }, options: { keyFours }, has }: Code): string[] {
  return [
    ...["query", "keys", "vector"].map((name) => loadFour(name, A, keyFours)),
    wgsl`
    fn units(fromQuery: vec4f, row: u32, key: u32, s: u32, q: u32) -> vec4f {
      var x = fromQuery + load_keys(key, q);
      ${featureTerm(has.features)}
      return tanhFour(x);
    }`,
  ];
}

/** e_s = Σ_a v_a·tanh(…) */
const score = (p: Phases, A: number, then: string): string =>
  p.eachPosition({
    extent: A,
    kept: { asked: (q) => `load_query(row, ${q})`, v: (q) => `load_vector(0u, ${q})` },
    factors: (q, kept) => [kept("v"), `units(${kept("asked")}, row, keysAt + s, s, ${q})`],
    finish: then,
  });

/** Operations of a score for each unit: a tanh counts as one. */
const unitCost = (F: number): number => 4 + 2 * F;

/**
 * Additive attention, one dispatch: the score, its softmax within the row's length, and the weighted sum.
 *   e_s = Σ_a v_a·tanh(q_a + k_sa + Σ_f u_fa·x_sf),   α = softmax(e),   c = Σ_s α_s·m_s
 * (Bahdanau et al. 2015, eq. 5 and 6, appendix A.1.2; x is what Chorowski et al. 2015, eq. 9, and See et al. 2017, eq. 11,
 * add: features of where was looked before.) The rows of `vector` are v, u_1 … u_F. A row of length 0 gives zeros.
 *
 * A workgroup has a query; no score leaves it but as a weight.
 */
export const additiveAttention = withLanes((p) =>
  defineKernel({
    name: `additive_attention${p.suffix}`,
    dims: DIMS,
    options: WHOLE_FOURS,
    bindings: {
      query: readQuery("A"),
      keys: readMemory("A"),
      vector: readVector(),
      memory: readMemory("D"),
      lengths: optional(read("u32", "B")),
      features: optional(read("f32", "B T S F")),
      weights: write("f32", "B T S"),
      context: writeQuery("D"),
    },
    plan: ({ B, T }, limits) => p.plan(B * T, limits),
    cost: ({ B, T, S, A, D, F }) => ({
      flops: B * T * S * (unitCost(F) * A + 2 * D + 4),
      bytes: 4 * (B * S * (A + D) + B * T * (A + D + S * (1 + F))),
    }),
    wgsl: (plan, { dims, options, has }) =>
      p.kernel(plan, {
        count: positions(has.lengths),
        functions: [
          ...unitFunctions({ dims, options, has }),
          loadFour("memory", dims.D, options.memoryFours),
          storeFour("context", dims.D, options.memoryFours),
        ],
        phases: [softmaxPhase(p, (then) => score(p, dims.A, then)), contextPhase(p, dims.D)],
      }),
  }),
);

/** The scores e of additive attention alone, of all S positions: for alignments that are no plain softmax. */
export const additiveScores = withLanes((p) =>
  defineKernel({
    name: `additive_scores${p.suffix}`,
    dims: SCORE,
    options: WHOLE_FOURS,
    bindings: {
      query: readQuery("A"),
      keys: readMemory("A"),
      vector: readVector(),
      features: optional(read("f32", "B T S F")),
      scores: write("f32", "B T S"),
    },
    plan: ({ B, T }, limits) => p.plan(B * T, limits),
    cost: ({ B, T, S, A, F }) => ({
      flops: B * T * S * unitCost(F) * A,
      bytes: 4 * (B * S * A + B * T * (A + S * (1 + F))),
    }),
    wgsl: (plan, { dims, options, has }) =>
      p.kernel(plan, {
        count: "dims.S",
        functions: unitFunctions({ dims, options, has }),
        phases: [score(p, dims.A, "scores[at + s] = value;")],
      }),
  }),
);

/** 1 − h², h the units after their tanh. */
const SLOPES = wgsl`
    fn slopes(fromQuery: vec4f, row: u32, key: u32, s: u32, q: u32) -> vec4f {
      let h = units(fromQuery, row, key, s, q);
      return fma(-h, h, vec4f(1.0));
    }`;

/** dq_a = v_a·Σ_s de_s·(1 − h_sa²) */
const queryGradientPhase = (p: Phases, A: number): string =>
  p.eachFeature({
    extent: A,
    before: "let asked = load_query(row, q);",
    weight: "dScores[at + s]",
    features: "slopes(asked, row, keysAt + s, s, q)",
    finish: "store_dQuery(row, q, load_vector(0u, q) * sum);",
  });

/**
 * Backward of one step of additive attention, one dispatch, where only the context had a gradient: those of the scores
 * and of the query.
 *   dα_s = Σ_d dc_d·m_sd,   de_s = α_s·(dα_s − Σ_u α_u·dα_u),   dq_a = v_a·Σ_s de_s·(1 − h_sa²)
 * The units h are computed again: B·T·S·A of them are not kept. Gradients of what all steps share are made of de and the
 * queries of all steps at once, by `additiveKeyGradients`.
 */
export const additiveAttentionBackward = withLanes((p) =>
  defineKernel({
    name: `additive_attention_backward${p.suffix}`,
    dims: DIMS,
    options: WHOLE_FOURS,
    bindings: {
      query: readQuery("A"),
      keys: readMemory("A"),
      vector: readVector(),
      memory: readMemory("D"),
      weights: read("f32", "B T S"),
      dContext: readQuery("D"),
      dScores: write("f32", "B T S"),
      dQuery: writeQuery("A"),
    },
    plan: ({ B, T }, limits) => p.plan(B * T, limits),
    cost: ({ B, T, S, A, D }) => ({
      flops: B * T * S * (6 * A + 2 * D + 4),
      bytes: 4 * (B * S * (A + D) + B * T * (2 * A + D + 2 * S)),
    }),
    wgsl: (plan, { dims, options }) =>
      p.kernel(plan, {
        count: "dims.S",
        functions: [
          ...unitFunctions({ dims, options, has: {} }),
          SLOPES,
          ...["memory", "dContext"].map((name) => loadFour(name, dims.D, options.memoryFours)),
          storeFour("dQuery", dims.A, options.keyFours),
        ],
        phases: [scoreGradientPhase(p, dims.D, { dContext: true, dWeights: false }), queryGradientPhase(p, dims.A)],
      }),
  }),
);

/**
 * Gradients of the query and of the features of each position from those of the scores: dq as above, and
 *   dx_sf = de_s·Σ_a v_a·u_fa·(1 − h_sa²)
 */
export const additiveQueryGradient = withLanes((p) =>
  defineKernel({
    name: `additive_query_gradient${p.suffix}`,
    dims: SCORE,
    options: WHOLE_FOURS,
    bindings: {
      query: readQuery("A"),
      keys: readMemory("A"),
      vector: readVector(),
      features: optional(read("f32", "B T S F")),
      dScores: read("f32", "B T S"),
      dQuery: writeQuery("A"),
      dFeatures: optional(write("f32", "B T S F")),
    },
    plan: ({ B, T }, limits) => p.plan(B * T, limits),
    cost: ({ B, T, S, A, F }) => ({
      flops: B * T * S * (1 + F) * (unitCost(F) + 2) * A,
      bytes: 4 * (B * S * A + B * T * (2 * A + S * (1 + 2 * F))),
    }),
    wgsl: (plan, { dims, options, has }) => {
      const ofFeatures = wgsl`
      for (var f = 0u; f < F; f++) {
        ${p.eachPosition({
          extent: dims.A,
          kept: {
            asked: (q) => `load_query(row, ${q})`,
            vu: (q) => `load_vector(0u, ${q}) * load_vector(1u + f, ${q})`,
          },
          factors: (q, kept) => [kept("vu"), `slopes(${kept("asked")}, row, keysAt + s, s, ${q})`],
          finish: "dFeatures[(at + s) * F + f] = dScores[at + s] * value;",
        })}
      }`;
      return p.kernel(plan, {
        count: "dims.S",
        functions: [...unitFunctions({ dims, options, has }), SLOPES, storeFour("dQuery", dims.A, options.keyFours)],
        phases: [queryGradientPhase(p, dims.A), has.dFeatures ? ofFeatures : ""],
      });
    },
  }),
);
