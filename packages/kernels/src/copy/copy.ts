import { defineKernel, flatPlan, perCall, read, wgsl, write } from "../core";

/**
 * Copies the same run of words out of each row: copy[o, i] = source[o·stride + start + i], for o < outer, i < n.
 * So it cuts a slice of any one axis, the axes inside it folded into n, start and stride. Words are copied as bits.
 */
export const copyBlock = defineKernel({
  name: "copy_block",
  dims: {
    outer: perCall("rows"),
    n: perCall("words copied of each row"),
    start: perCall("first word copied of each row"),
    stride: perCall("words from row to row of the source"),
    total: perCall("words of the source"),
  },
  bindings: { source: read("u32", "total"), copy: write("u32", "outer n") },
  plan: ({ outer, n }, limits) => flatPlan(outer * n, limits),
  cost: ({ outer, n }) => ({ flops: 0, bytes: 8 * outer * n }),
  wgsl: (plan) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let at = id.x + id.y * ${plan.width}u;
      if (at >= dims.outer * dims.n) { return; }
      copy[at] = source[at / dims.n * dims.stride + dims.start + at % dims.n];
    }`,
});

/**
 * The adjoint of `copyBlock`: each row of `block` at its place in a longer row, zeros around it:
 *   padded[o·stride + start + i] = block[o, i].
 */
export const padBlock = defineKernel({
  name: "pad_block",
  dims: {
    outer: perCall("rows"),
    n: perCall("words of a row of the block"),
    start: perCall("where the block begins in a row"),
    stride: perCall("words of a padded row"),
  },
  bindings: { block: read("u32", "outer n"), padded: write("u32", "outer stride") },
  plan: ({ outer, stride }, limits) => flatPlan(outer * stride, limits),
  cost: ({ outer, n, stride }) => ({ flops: 0, bytes: 4 * outer * (n + stride) }),
  wgsl: (plan) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let at = id.x + id.y * ${plan.width}u;
      if (at >= dims.outer * dims.stride) { return; }
      let o = at / dims.stride;
      let i = at % dims.stride - dims.start; // wraps to a large number before the block
      var word = 0u;
      if (i < dims.n) { word = block[o * dims.n + i]; }
      padded[at] = word;
    }`,
});

/** Rows of `a` and `b` end to end: joined[o] = (a[o, 0 … na − 1], b[o, 0 … nb − 1]). */
export const concatBlocks = defineKernel({
  name: "concat_blocks",
  dims: { outer: perCall("rows"), na: perCall("words of a row of a"), nb: perCall("words of a row of b") },
  bindings: {
    a: read("u32", "outer na"),
    b: read("u32", "outer nb"),
    joined: write("u32", ({ outer = 0, na = 0, nb = 0 }) => [outer, na + nb]),
  },
  plan: ({ outer, na, nb }, limits) => flatPlan(outer * (na + nb), limits),
  cost: ({ outer, na, nb }) => ({ flops: 0, bytes: 8 * outer * (na + nb) }),
  wgsl: (plan) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let at = id.x + id.y * ${plan.width}u;
      let n = dims.na + dims.nb;
      if (at >= dims.outer * n) { return; }
      let o = at / n;
      let i = at % n;
      if (i < dims.na) { joined[at] = a[o * dims.na + i]; } else { joined[at] = b[o * dims.nb + i - dims.na]; }
    }`,
});
