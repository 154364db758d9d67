import { defineKernel, foldGrid, type Limits, type Plan, perCall, perModel, read, wgsl, write } from "../core";

/** Invocations of a workgroup, which has one query. */
const LANES = 64;
/** Lanes whose sums are added by one. */
const SHARE = 8;

const DIMS = {
  R: perCall("queries"),
  Q: perModel("features of a query"),
  D: perModel("features of a context"),
} as const;

interface RowPlan extends Plan {
  readonly widest: number;
}

function rowPlan({ R }: { readonly R: number }, limits: Limits): RowPlan {
  return { workgroupSize: LANES, ...foldGrid(R, limits), widest: limits.maxComputeWorkgroupsPerDimension };
}

/** Σ over a row: each lane adds every 64th term, and the lanes' sums are added eight and eight, in order. */
const SUM = wgsl`
    var<workgroup> lanes: array<f32, ${LANES}>;
    var<workgroup> parts: array<f32, ${LANES / SHARE}>;
    fn sumOfLanes(own: f32, index: u32) -> f32 {
      lanes[index] = own;
      workgroupBarrier();
      if (index < ${LANES / SHARE}u) {
        var some = 0.0;
        for (var k = 0u; k < ${SHARE}u; k++) { some += lanes[index * ${SHARE}u + k]; }
        parts[index] = some;
      }
      workgroupBarrier();
      var all = 0.0;
      for (var k = 0u; k < ${LANES / SHARE}u; k++) { all += parts[k]; }
      return all;
    }`;

const main = ({ widest }: RowPlan, body: string): string => wgsl`
    ${SUM}
    @compute @workgroup_size(${LANES})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
      let row = group.x + group.y * ${widest}u;
      if (row >= dims.R) { return; }
      ${body}
    }`;

/**
 * A context by a gate of its query (Xu et al. 2015, section 4.2.1), one dispatch:
 *   β = σ(w·q + b),   y = β·c
 */
export const contextGate = defineKernel({
  name: "context_gate",
  dims: DIMS,
  bindings: {
    query: read("f32", "R Q"),
    weight: read("f32", "Q"),
    bias: read("f32", "1"),
    context: read("f32", "R D"),
    gate: write("f32", "R"), // β
    gated: write("f32", "R D"),
  },
  plan: rowPlan,
  cost: ({ R, Q, D }) => ({ flops: R * (2 * Q + D + 4), bytes: 4 * (R * (Q + 2 * D + 1) + Q) }),
  wgsl: (plan, { dims: { Q, D } }) =>
    main(
      plan,
      wgsl`
      var own = 0.0;
      for (var k = index; k < ${Q}u; k += ${LANES}u) { own += weight[k] * query[row * ${Q}u + k]; }
      let beta = sigmoid(sumOfLanes(own, index) + bias[0]);
      if (index == 0u) { gate[row] = beta; }
      for (var d = index; d < ${D}u; d += ${LANES}u) { gated[row * ${D}u + d] = beta * context[row * ${D}u + d]; }`,
    ),
});

/**
 * Its backward, one dispatch. Gradients of w and b are made of dz and the queries of all steps at once.
 *   dc = β·dy,   dz = β·(1 − β)·Σ_d dy_d·c_d,   dq = dz·w
 */
export const contextGateBackward = defineKernel({
  name: "context_gate_backward",
  dims: DIMS,
  bindings: {
    weight: read("f32", "Q"),
    context: read("f32", "R D"),
    gate: read("f32", "R"),
    dGated: read("f32", "R D"),
    dContext: write("f32", "R D"),
    dLogit: write("f32", "R"), // dz
    dQuery: write("f32", "R Q"),
  },
  plan: rowPlan,
  cost: ({ R, Q, D }) => ({ flops: R * (Q + 3 * D + 3), bytes: 4 * (R * (Q + 3 * D + 2) + Q) }),
  wgsl: (plan, { dims: { Q, D } }) =>
    main(
      plan,
      wgsl`
      let beta = gate[row];
      var own = 0.0;
      for (var d = index; d < ${D}u; d += ${LANES}u) {
        let up = dGated[row * ${D}u + d];
        own += up * context[row * ${D}u + d];
        dContext[row * ${D}u + d] = beta * up;
      }
      let dz = beta * (1.0 - beta) * sumOfLanes(own, index);
      if (index == 0u) { dLogit[row] = dz; }
      for (var k = index; k < ${Q}u; k += ${LANES}u) { dQuery[row * ${Q}u + k] = dz * weight[k]; }`,
    ),
});
