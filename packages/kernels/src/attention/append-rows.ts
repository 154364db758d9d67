import { defineKernel, flatPlan, perCall, read, wgsl, write } from "../core";

const dims = {
  B: perCall("batch rows"),
  C: perCall("steps that the cache has room for"),
  T: perCall("steps that are new"),
  F: perCall("features"),
};

/**
 * A cache with new steps after the first `lengths`[b] of each row:
 *   out[b, s] = fresh[b, s − lengths_b] where 0 ≤ s − lengths_b < T, else cache[b, s]
 * What has no room is dropped.
 */
export const appendRows = defineKernel({
  name: "append_rows",
  dims,
  bindings: {
    cache: read("f32", "B C F"),
    fresh: read("f32", "B T F"),
    lengths: { ...read("u32", "B"), sample: ({ B = 0 }) => new Uint32Array(B) },
    out: write("f32", "B C F"),
  },
  plan: ({ B, C, F }, limits) => flatPlan(B * C * F, limits),
  cost: ({ B, C, F }) => ({ flops: 0, bytes: 8 * B * C * F }),
  wgsl: (plan) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let n = id.x + id.y * ${plan.width}u;
      if (n >= dims.B * dims.C * dims.F) { return; }
      let b = n / (dims.C * dims.F);
      let s = n / dims.F % dims.C;
      let t = s - lengths[b];
      let isFresh = s >= lengths[b] && t < dims.T;
      let at = (b * dims.T + min(t, dims.T - 1u)) * dims.F + n % dims.F;
      out[n] = select(cache[n], fresh[at], isFresh);
    }`,
});

/** The steps that `appendRows` put in: out[b, t] = cache[b, lengths_b + t], 0 for what had no room. Its backward. */
export const takeRows = defineKernel({
  name: "take_rows",
  dims,
  bindings: {
    cache: read("f32", "B C F"),
    lengths: { ...read("u32", "B"), sample: ({ B = 0 }) => new Uint32Array(B) },
    out: write("f32", "B T F"),
  },
  plan: ({ B, T, F }, limits) => flatPlan(B * T * F, limits),
  cost: ({ B, T, F }) => ({ flops: 0, bytes: 8 * B * T * F }),
  wgsl: (plan) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let n = id.x + id.y * ${plan.width}u;
      if (n >= dims.B * dims.T * dims.F) { return; }
      let b = n / (dims.T * dims.F);
      let s = lengths[b] + n / dims.F % dims.T;
      let at = (b * dims.C + min(s, dims.C - 1u)) * dims.F + n % dims.F;
      out[n] = select(0.0, cache[at], s < dims.C);
    }`,
});
