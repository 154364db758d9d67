import { defineKernel, flatPlan, foldGrid, optional, perCall, perModel, read, wgsl, write } from "../core";
import { featureTerm } from "./additive";
import { fours, loadFour, readMemory, readQuery, readVector, storeFour, WHOLE_FOURS, writeMemory } from "./quads";

/**
 * Gradients of what all queries of additive attention share, one dispatch for all T queries of a row, however many
 * decoder steps those came in:
 *   dk_sa = v_a·Σ_t de_ts·(1 − h_tsa²)
 * and the parts that positions have in the gradients of v and u, for `attentionVectorGradient` to add:
 *   Σ_t de_ts·h_tsa,   v_a·Σ_t de_ts·(1 − h_tsa²)·x_tsf
 * with the units h = tanh(q_ta + k_sa + Σ_f u_fa·x_tsf) computed again. An invocation has four units of a position and walks
 * over the queries in order, so no two write to one place.
 */
export const additiveKeyGradients = defineKernel({
  name: "additive_key_gradients",
  dims: {
    B: perCall("batch rows"),
    T: perCall("queries of a row"),
    S: perCall("positions of a memory"),
    A: perModel("units of a score"),
    F: perModel("features of a position beside its key"),
  },
  options: WHOLE_FOURS,
  bindings: {
    query: readQuery("A"),
    keys: readMemory("A"),
    vector: readVector(),
    features: optional(read("f32", "B T S F")),
    dScores: read("f32", "B T S"),
    dKeys: writeMemory("A"),
    dVectors: write("f32", ({ B = 0, S = 0, A = 0, F = 0 }) => [B, S, 1 + F, A]),
  },
  plan: ({ B, S, A }, limits) => flatPlan(B * S * fours(A), limits),
  cost: ({ B, T, S, A, F }) => ({
    flops: B * T * S * A * (8 + 4 * F),
    bytes: 4 * (B * S * A * (3 + F) + B * T * (A + S * (1 + F))),
  }),
  wgsl: (plan, { dims: { A }, options: { keyFours }, has }) => wgsl`
    ${["query", "keys", "vector"].map((name) => loadFour(name, A, keyFours)).join("\n    ")}
    ${storeFour("dKeys", A, keyFours)}
    ${storeFour("dVectors", A, false)}
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let n = id.x + id.y * ${plan.width}u;
      if (n >= dims.B * dims.S * ${fours(A)}u) { return; }
      let q = n % ${fours(A)}u;
      let key = n / ${fours(A)}u;
      let s = key % dims.S;
      let b = key / dims.S;
      let k = load_keys(key, q);
      let v = load_vector(0u, q);
      var toKey = vec4f(0.0);
      var toVector = vec4f(0.0);
      ${has.features ? "var toFeatures: array<vec4f, F>;" : ""}
      for (var t = 0u; t < dims.T; t++) {
        let row = b * dims.T + t;
        let de = dScores[row * dims.S + s];
        var x = load_query(row, q) + k;
        ${featureTerm(has.features)}
        let h = tanhFour(x);
        let d = de * (1.0 - h * h);
        toKey += d;
        toVector += de * h;
        ${has.features ? "for (var f = 0u; f < F; f++) { toFeatures[f] += d * features[(row * dims.S + s) * F + f]; }" : ""}
      }
      store_dKeys(key, q, v * toKey);
      store_dVectors(key * (1u + F), q, toVector);
      ${has.features ? "for (var f = 0u; f < F; f++) { store_dVectors(key * (1u + F) + 1u + f, q, v * toFeatures[f]); }" : ""}
    }`,
});

/** Columns, lanes over batch rows and lanes over positions of one workgroup. */
const COLUMNS = 16;
const LANES_B = 4;
const LANES_S = 4;

/**
 * Adds the parts [B, S, V] that positions have in a gradient [V]. Sixteen lanes share a column: lane (i, j) walks the
 * positions with b mod 4 = i and s mod 4 = j in order, and the lanes are added in order. So parts of zero, at positions
 * past a row's length or in rows that only fill up, change no bit.
 */
export const attentionVectorGradient = defineKernel({
  name: "attention_vector_gradient",
  dims: { B: perCall("batch rows"), S: perCall("positions of a memory"), V: perModel("elements of the gradient") },
  bindings: { parts: read("f32", "B S V"), total: write("f32", "V") },
  plan: ({ V }, limits) => ({
    workgroupSize: COLUMNS * LANES_B * LANES_S,
    ...foldGrid(Math.ceil(V / COLUMNS), limits),
    widest: limits.maxComputeWorkgroupsPerDimension,
  }),
  cost: ({ B, S, V }) => ({ flops: B * S * V, bytes: 4 * (B * S * V + V) }),
  wgsl: ({ workgroupSize, widest }) => wgsl`
    var<workgroup> lanes: array<f32, ${workgroupSize}>;
    @compute @workgroup_size(${workgroupSize})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
      let column = (group.x + group.y * ${widest}u) * ${COLUMNS}u + index % ${COLUMNS}u;
      let lane = index / ${COLUMNS}u;
      let count = select(0u, dims.S, column < V);
      var own = 0.0;
      for (var s = lane % ${LANES_S}u; s < count; s += ${LANES_S}u) {
        for (var b = lane / ${LANES_S}u; b < dims.B; b += ${LANES_B}u) {
          own += parts[(b * dims.S + s) * V + column];
        }
      }
      lanes[index] = own;
      workgroupBarrier();
      if (lane == 0u && column < V) {
        var all = 0.0;
        for (var k = 0u; k < ${LANES_B * LANES_S}u; k++) { all += lanes[index + k * ${COLUMNS}u]; }
        total[column] = all;
      }
    }`,
});
