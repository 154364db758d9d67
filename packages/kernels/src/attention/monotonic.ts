import { defineKernel, flatPlan, perCall, read, wgsl, write } from "../core";

const DIMS = { B: perCall("batch rows"), T: perCall("queries of a row"), S: perCall("positions of a memory") };

/**
 * Where a process arrives that reads a memory from left to right, stops at position s with probability p_s, and goes on
 * from there at the next query (Raffel et al. 2017, eq. 8 to 13, in the form without divisions):
 *   r_ts = (1 − p_t,s−1)·r_t,s−1 + α_t−1,s,   α_ts = p_ts·r_ts
 * r_s is the probability of reading position s. Probabilities of 0 and 1 make the hard process of decoding. An
 * invocation has a row and walks over its queries and positions in order.
 */
export const monotonicAlignment = defineKernel({
  name: "monotonic_alignment",
  dims: DIMS,
  bindings: {
    p: read("f32", "B T S"),
    previous: read("f32", "B S"),
    reached: write("f32", "B T S"),
    weights: write("f32", "B T S"),
  },
  plan: ({ B }, limits) => flatPlan(B, limits),
  cost: ({ B, T, S }) => ({ flops: 4 * B * T * S, bytes: 16 * B * T * S }),
  wgsl: (plan) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let b = id.x + id.y * ${plan.width}u;
      if (b >= dims.B) { return; }
      for (var t = 0u; t < dims.T; t++) {
        let at = (b * dims.T + t) * dims.S;
        var onward = 0.0;
        for (var s = 0u; s < dims.S; s++) {
          var before = 0.0;
          if (t == 0u) { before = previous[b * dims.S + s]; } else { before = weights[at - dims.S + s]; }
          let r = onward + before;
          let stop = p[at + s];
          reached[at + s] = r;
          weights[at + s] = stop * r;
          onward = (1.0 - stop) * r;
        }
      }
    }`,
});

/**
 * Its backward, from the last query and position to the first, with δ_ts the gradient of r_ts:
 *   δ_ts = p_ts·dα_ts + (1 − p_ts)·δ_t,s+1,   dp_ts = r_ts·(dα_ts − δ_t,s+1),   dα_t−1,s = dα_t−1,s + δ_ts
 */
export const monotonicAlignmentBackward = defineKernel({
  name: "monotonic_alignment_backward",
  dims: DIMS,
  bindings: {
    p: read("f32", "B T S"),
    reached: read("f32", "B T S"),
    dWeights: read("f32", "B T S"),
    dP: write("f32", "B T S"),
    dPrevious: write("f32", "B S"),
  },
  plan: ({ B }, limits) => flatPlan(B, limits),
  cost: ({ B, T, S }) => ({ flops: 7 * B * T * S, bytes: 20 * B * T * S }),
  wgsl: (plan) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let b = id.x + id.y * ${plan.width}u;
      if (b >= dims.B) { return; }
      for (var back = 0u; back < dims.T; back++) {
        let at = (b * dims.T + dims.T - 1u - back) * dims.S;
        var onward = 0.0;
        for (var s = dims.S; s > 0u; s--) {
          let n = at + s - 1u;
          let place = b * dims.S + s - 1u;
          var d = dWeights[n];
          if (back > 0u) { d += dPrevious[place]; }
          dP[n] = reached[n] * (d - onward);
          onward = p[n] * d + (1.0 - p[n]) * onward;
          dPrevious[place] = onward;
        }
      }
    }`,
});
