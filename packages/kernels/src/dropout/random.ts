import { defineKernel, type FlatPlan, flatPlan, type Limits, perCall, read, wgsl, write } from "../core";

const DIMS = { N: perCall("elements") };

/**
 * What names a draw: a 64-bit seed, the operation that draws (`stream`) and how often it has drawn (`draw`). Element i
 * gets word i mod 4 of Philox's counter (i div 4, stream, draw, 0) under that seed as key, on any device, in any grid.
 */
const SEED = { seedLow: "u32", seedHigh: "u32", stream: "u32", draw: "u32" } as const;

/** One invocation for the four elements that share a counter. */
const quadPlan = ({ N }: { readonly N: number }, limits: Limits): FlatPlan => flatPlan(Math.ceil(N / 4), limits);

/** Main of a kernel that writes `out`: `body` makes vec4f `value` from vec4u `words`; \`i\` is the first element. */
function fill(plan: FlatPlan, out: string, body: string): string {
  return wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let quad = id.x + id.y * ${plan.width}u;
      let i = quad * 4u;
      if (i >= dims.N) { return; }
      let words = philox(vec4u(quad, dims.stream, dims.draw, 0u), vec2u(dims.seedLow, dims.seedHigh));
      let unit = vec4f(unitFloat(words.x), unitFloat(words.y), unitFloat(words.z), unitFloat(words.w));
      ${body}
      ${out}[i] = value.x;
      if (i + 1u < dims.N) { ${out}[i + 1u] = value.y; }
      if (i + 2u < dims.N) { ${out}[i + 2u] = value.z; }
      if (i + 3u < dims.N) { ${out}[i + 3u] = value.w; }
    }`;
}

/**
 * Dropout (Srivastava et al. 2014, scaled in training):   y = x/(1 − p) where u ≥ p, else 0, with u uniform in [0, 1).
 * No mask is stored: its backward is this same kernel, of the same draw, applied to dy. With p = 1 all is 0.
 */
export const dropout = defineKernel({
  name: "dropout",
  dims: DIMS,
  scalars: { p: "f32", ...SEED },
  bindings: { x: read("f32", "N"), y: write("f32", "N") },
  plan: quadPlan,
  cost: ({ N }) => ({ flops: 30 * N, bytes: 8 * N }),
  wgsl: (plan) =>
    fill(
      plan,
      "y",
      `let last = dims.N - 1u;
      let given = vec4f(x[i], x[min(i + 1u, last)], x[min(i + 2u, last)], x[min(i + 3u, last)]);
      let value = select(vec4f(0.0), given / max(1.0 - dims.p, 5.9604645e-8), unit >= vec4f(dims.p));`,
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
