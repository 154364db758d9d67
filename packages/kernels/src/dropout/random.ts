import { defineKernel, type FlatPlan, flatPlan, type Limits, perCall, read, wgsl, write } from "../core";

const DIMS = { N: perCall("elements") };

/**
 * What names a draw: a 64-bit seed, the operation that draws (`stream`) and how often it has drawn (`draw`). Element i
 * of a row gets word i mod 4 of Philox's counter (i div 4, stream, draw, row) under that seed as key, on any device, in
 * any grid; without rows, all is row 0.
 */
const SEED = { seedLow: "u32", seedHigh: "u32", stream: "u32", draw: "u32" } as const;

/** One invocation for the four elements that share a counter. */
const quadPlan = ({ R = 1, N }: { readonly R?: number; readonly N: number }, limits: Limits): FlatPlan =>
  flatPlan(R * Math.ceil(N / 4), limits);

/** Sets `quad` within its row, and `begin` and `end` of that row, from the invocation `n`. */
const WHOLE = "let row = 0u; let quad = n; let begin = 0u; let end = dims.N;";
const ROWS = `let quads = (dims.N + 3u) / 4u;
      let row = n / quads;
      if (row >= dims.R) { return; }
      let quad = n % quads;
      let begin = row * dims.N;
      let end = begin + dims.N;`;

/** Main of a kernel that writes `out`: `body` makes vec4f `value` from vec4f `unit`; `i` is the first element. */
function fill(plan: FlatPlan, out: string, body: string, place = WHOLE): string {
  return wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let n = id.x + id.y * ${plan.width}u;
      ${place}
      let i = begin + quad * 4u;
      if (i >= end) { return; }
      let words = philox(vec4u(quad, dims.stream, dims.draw, row), vec2u(dims.seedLow, dims.seedHigh));
      let unit = vec4f(unitFloat(words.x), unitFloat(words.y), unitFloat(words.z), unitFloat(words.w));
      ${body}
      ${out}[i] = value.x;
      if (i + 1u < end) { ${out}[i + 1u] = value.y; }
      if (i + 2u < end) { ${out}[i + 2u] = value.z; }
      if (i + 3u < end) { ${out}[i + 3u] = value.w; }
    }`;
}

/**
 * Dropout (Srivastava et al. 2014, scaled in training):   y = x/(1 − p) where u ≥ p, else 0, with u uniform in [0, 1).
 * No mask is stored: its backward is this same kernel, of the same draw, applied to dy. With p = 1 all is 0. Each row
 * draws from counters of its own, so that a row made longer keeps what it drew.
 */
export const dropout = defineKernel({
  name: "dropout",
  dims: { R: perCall("rows"), N: perCall("elements of a row") },
  scalars: { p: "f32", ...SEED },
  bindings: { x: read("f32", "R N"), y: write("f32", "R N") },
  plan: quadPlan,
  cost: ({ R, N }) => ({ flops: 30 * R * N, bytes: 8 * R * N }),
  wgsl: (plan) =>
    fill(
      plan,
      "y",
      `let last = end - 1u;
      let given = vec4f(x[i], x[min(i + 1u, last)], x[min(i + 2u, last)], x[min(i + 3u, last)]);
      let value = select(vec4f(0.0), given / max(1.0 - dims.p, 5.9604645e-8), unit >= vec4f(dims.p));`,
      ROWS,
    ),
});

/** Uniform numbers in [low, high), in steps of (high − low)·2⁻²⁴. */
export const randomUniform = defineKernel({
  name: "random_uniform",
  dims: DIMS,
  scalars: { low: "f32", high: "f32", ...SEED },
  bindings: { out: write("f32", "N") },
  plan: quadPlan,
  cost: ({ N }) => ({ flops: 30 * N, bytes: 4 * N }),
  wgsl: (plan) => fill(plan, "out", "let value = dims.low + (dims.high - dims.low) * unit;"),
});

/**
 * Normal numbers (Box & Muller 1958):   mean + deviation·√(−2 ln u)·(cos 2πv, sin 2πv).
 * u lies in (0, 1], so its logarithm is finite; with 24 bits no number is further out than 5.77 deviations.
 */
export const randomNormal = defineKernel({
  name: "random_normal",
  dims: DIMS,
  scalars: { mean: "f32", deviation: "f32", ...SEED },
  bindings: { out: write("f32", "N") },
  plan: quadPlan,
  cost: ({ N }) => ({ flops: 34 * N, bytes: 4 * N }),
  wgsl: (plan) =>
    fill(
      plan,
      "out",
      `let radius = sqrt(-2.0 * log(unit.xz + 5.9604645e-8)); // 2⁻²⁴ keeps the logarithm's argument from 0
      let angle = 6.2831853 * (unit.yw - 0.5); // within ±π, where cos and sin are good
      let along = radius * cos(angle);
      let across = radius * sin(angle);
      let value = dims.mean + dims.deviation * vec4f(along.x, across.x, along.y, across.y);`,
    ),
});
