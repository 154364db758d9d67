import {
  type DimValues,
  defineKernel,
  flatPlan,
  optional,
  perCall,
  read,
  type VariantFacts,
  wgsl,
  withVariants,
  write,
} from "../core";
import { fourWords, word } from "./word";

/** Arrays that one call joins: with the result they are as many as WebGPU's default limit of storage buffers. */
export const MOST_JOINED = 7;

const widths = (dims: DimValues): number[] => Array.from({ length: MOST_JOINED }, (_, k) => dims[`n${k}`] ?? 0);
const width = (dims: DimValues): number => widths(dims).reduce((a, b) => a + b, 0);

/** How a kernel copies. */
interface Way {
  /** Words that an invocation copies at a time. */
  readonly unit: 1 | 4;
  /** Whether an invocation copies its place in the rows of all parts: where it has found one it has found all. */
  readonly across: boolean;
}

const define = ({ unit, across }: Way) => {
  const type = unit === 4 ? fourWords : word;
  const part = (k: number) => read(type, (dims) => [dims.outer ?? 0, (dims[`n${k}`] ?? 0) / unit]);
  return defineKernel({
    name: `concat${across ? "_across" : ""}${unit === 4 ? "_fours" : ""}`,
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
      part0: part(0),
      part1: optional(part(1)),
      part2: optional(part(2)),
      part3: optional(part(3)),
      part4: optional(part(4)),
      part5: optional(part(5)),
      part6: optional(part(6)),
      joined: write(type, (dims) => [dims.outer ?? 0, width(dims) / unit]),
    },
    plan: (dims, limits) => flatPlan((dims.outer * (across ? Math.max(...widths(dims)) : width(dims))) / unit, limits),
    cost: (dims) => ({ flops: 0, bytes: 8 * dims.outer * width(dims) }),
    wgsl: (plan, { has }) => {
      const parts = [0, 1, 2, 3, 4, 5, 6].filter((k) => has[`part${k}` as "part0"]);
      const units = (k: number): string => (unit === 4 ? `dims.n${k} / 4u` : `dims.n${k}`);
      return wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let at = id.x + id.y * ${plan.width}u;
      ${parts.map((k) => `let n${k} = ${units(k)};`).join(" ")}
      ${across ? copyAcross(parts) : copyOne(parts)}
    }`;
    },
  });
};

/** WGSL that finds the place `at` of the result among the parts. */
const copyOne = (parts: readonly number[]): string => wgsl`
      let n = ${parts.map((k) => `n${k}`).join(" + ")};
      if (at >= dims.outer * n) { return; }
      let o = at / n;
      var i = at % n;
      ${parts
        .map(
          (k) => `if (i < n${k}) { joined[at] = part${k}[o * n${k} + i]; return; }
      i -= n${k};`,
        )
        .join("\n      ")}`;

/** WGSL that copies a place of a row of the widest part, and the same place of all others that reach so far. */
const copyAcross = (parts: readonly number[]): string => wgsl`
      let widest = ${parts.map((k) => `n${k}`).reduce((a, b) => `max(${a}, ${b})`)};
      if (at >= dims.outer * widest) { return; }
      let o = at / widest;
      let i = at % widest;
      var to = o * (${parts.map((k) => `n${k}`).join(" + ")}) + i;
      ${parts.map((k) => `if (i < n${k}) { joined[to] = part${k}[o * n${k} + i]; } to += n${k};`).join("\n      ")}`;

/** Whether the parts of a call are of about one width, and whether those are of whole fours. */
function widthsOf({ dims, has }: VariantFacts): { even: boolean; fours: boolean } {
  const own = widths(dims).filter((_, k) => has[`part${k}`]);
  return { even: Math.max(...own) * own.length <= 2 * width(dims), fours: own.every((n) => n % 4 === 0) };
}

/**
 * Rows of up to seven arrays end to end: joined[o] = (part0[o, 0 … n0 − 1], part1[o, 0 … n1 − 1], …). The width of an
 * array that is left out is 0. Finding a place costs more than copying a word: so one that is found serves four words where
 * rows are of whole fours, and all parts where they are of about one width.
 */
export const concat = withVariants(define({ unit: 1, across: false }), [
  {
    kernel: define({ unit: 4, across: false }),
    why: "four words at a time",
    speed: (call) => (widthsOf(call).fours ? 3 : 0),
  },
  {
    kernel: define({ unit: 1, across: true }),
    why: "a place in all parts at a time",
    speed: (call) => (widthsOf(call).even ? 2 : 0),
  },
  {
    kernel: define({ unit: 4, across: true }),
    why: "four words in all parts at a time",
    speed: (call) => (widthsOf(call).even && widthsOf(call).fours ? 6 : 0),
  },
]);
