import { defineKernel, flatPlan, perCall, read, wgsl, write } from "../core";
import { word } from "./word";

/**
 * Equal parts of an array's rows, each in one piece: parts[k, o·inner + i] = x[o, k, i], and zeros up to the pitch.
 * With a pitch of whole 256 bytes a kernel can be given any part where it lies.
 */
export const splitParts = defineKernel({
  name: "split_parts",
  dims: {
    outer: perCall("rows"),
    n: perCall("parts"),
    inner: perCall("words of a row of a part"),
    pitch: perCall("words from part to part, at least outer·inner"),
  },
  bindings: { x: read(word, "outer n inner"), parts: write(word, "n pitch") },
  plan: ({ n, pitch }, limits) => flatPlan(n * pitch, limits),
  cost: ({ outer, n, inner, pitch }) => ({ flops: 0, bytes: 4 * n * (outer * inner + pitch) }),
  wgsl: (plan, { options }) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let at = id.x + id.y * ${plan.width}u;
      if (at >= dims.n * dims.pitch) { return; }
      let k = at / dims.pitch;
      let place = at % dims.pitch;
      let o = place / dims.inner;
      let i = place % dims.inner;
      if (o < dims.outer) { parts[at] = x[(o * dims.n + k) * dims.inner + i]; } else { parts[at] = ${word(options)}(); }
    }`,
});
