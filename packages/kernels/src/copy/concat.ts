import { defineKernel, flatPlan, perCall, read, wgsl, write } from "../core";
import { word } from "./word";

/** Rows of `a` and `b` end to end: joined[o] = (a[o, 0 … na − 1], b[o, 0 … nb − 1]). */
export const concat = defineKernel({
  name: "concat",
  dims: { outer: perCall("rows"), na: perCall("words of a row of a"), nb: perCall("words of a row of b") },
  bindings: {
    a: read(word, "outer na"),
    b: read(word, "outer nb"),
    joined: write(word, ({ outer = 0, na = 0, nb = 0 }) => [outer, na + nb]),
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
