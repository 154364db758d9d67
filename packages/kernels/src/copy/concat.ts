import { type DimValues, defineKernel, flatPlan, optional, perCall, read, wgsl, write } from "../core";
import { word } from "./word";

/** Arrays that one call joins: with the result they are as many as WebGPU's default limit of storage buffers. */
export const MOST_JOINED = 7;

const widths = (dims: DimValues): number[] => Array.from({ length: MOST_JOINED }, (_, k) => dims[`n${k}`] ?? 0);
const width = (dims: DimValues): number => widths(dims).reduce((a, b) => a + b, 0);

/**
 * Rows of up to seven arrays end to end: joined[o] = (part0[o, 0 … n0 − 1], part1[o, 0 … n1 − 1], …). The width of an
 * array that is left out is 0.
 */
export const concat = defineKernel({
  name: "concat",
  dims: {
    outer: perCall("rows"),
    n0: perCall("words of a row of part 0"),
    n1: perCall("words of a row of part 1"),
    n2: perCall("words of a row of part 2"),
    n3: perCall("words of a row of part 3"),
    n4: perCall("words of a row of part 4"),
    n5: perCall("words of a row of part 5"),
    n6: perCall("words of a row of part 6"),
  },
  bindings: {
    part0: read(word, "outer n0"),
    part1: optional(read(word, "outer n1")),
    part2: optional(read(word, "outer n2")),
    part3: optional(read(word, "outer n3")),
    part4: optional(read(word, "outer n4")),
    part5: optional(read(word, "outer n5")),
    part6: optional(read(word, "outer n6")),
    joined: write(word, (dims) => [dims.outer ?? 0, width(dims)]),
  },
  plan: (dims, limits) => flatPlan(dims.outer * width(dims), limits),
  cost: (dims) => ({ flops: 0, bytes: 8 * dims.outer * width(dims) }),
  wgsl: (plan, { has }) => {
    const parts = [0, 1, 2, 3, 4, 5, 6].filter((k) => has[`part${k}` as "part0"]);
    const total = parts.map((k) => `dims.n${k}`).join(" + ");
    const copies = parts.map(
      (k) => `if (i < dims.n${k}) { joined[at] = part${k}[o * dims.n${k} + i]; return; }
      i -= dims.n${k};`,
    );
    return wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let at = id.x + id.y * ${plan.width}u;
      let n = ${total};
      if (at >= dims.outer * n) { return; }
      let o = at / n;
      var i = at % n;
      ${copies.join("\n      ")}
    }`;
  },
});
