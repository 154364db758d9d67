import { defineKernel, flatPlan, perCall, read, wgsl, withVariants, write } from "../core";
import { fourWords, word } from "./word";

/** @param unit words that an invocation copies */
const define = (unit: 1 | 4) => {
  const type = unit === 4 ? fourWords : word;
  const units = (words: string): string => (unit === 4 ? `(${words} / 4u)` : words);
  return defineKernel({
    name: unit === 4 ? "split_parts_fours" : "split_parts",
    dims: {
      outer: perCall("rows"),
      n: perCall("parts"),
      inner: perCall("words of a row of a part"),
      pitch: perCall("words from part to part, at least outer·inner"),
    },
    bindings: {
      x: read(type, ({ outer = 0, n = 0, inner = 0 }) => [outer, n, inner / unit]),
      parts: write(type, ({ n = 0, pitch = 0 }) => [n, pitch / unit]),
    },
    plan: ({ n, pitch }, limits) => flatPlan((n * pitch) / unit, limits),
    cost: ({ outer, n, inner, pitch }) => ({ flops: 0, bytes: 4 * n * (outer * inner + pitch) }),
    wgsl: (plan, { options }) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let at = id.x + id.y * ${plan.width}u;
      let pitch = ${units("dims.pitch")};
      let inner = ${units("dims.inner")};
      if (at >= dims.n * pitch) { return; }
      let k = at / pitch;
      let place = at % pitch;
      let o = place / inner;
      let i = place % inner;
      if (o < dims.outer) { parts[at] = x[(o * dims.n + k) * inner + i]; } else { parts[at] = ${type(options)}(); }
    }`,
  });
};

/**
 * Equal parts of an array's rows, each in one piece: parts[k, o·inner + i] = x[o, k, i], and zeros up to the pitch.
 * With a pitch of whole 256 bytes a kernel can be given any part where it lies. Where rows and pitch are of whole fours, four
 * words are copied at a time.
 */
export const splitParts = withVariants(define(1), [
  {
    kernel: define(4),
    why: "four words at a time",
    speed: ({ dims: { inner = 0, pitch = 0 } }) => (inner % 4 === 0 && pitch % 4 === 0 ? 3 : 0),
  },
]);
