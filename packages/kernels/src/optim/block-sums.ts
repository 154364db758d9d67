import { type Cost, defineKernel, foldGrid, type Limits, optional, perCall, read, wgsl, write } from "../core";
import { fours } from "./fours";
import { REPORT, REPORT_WORDS } from "./report";
import { BLOCK } from "./settings";

/** Lanes that add one block: a four each. */
const LANES = BLOCK / 4;
/** Blocks of one workgroup. */
const BLOCKS = 2;

/** Blocks of n words. */
export const blocksOf = (n: number): number => Math.ceil(n / BLOCK);

/** A grid of a workgroup for every two blocks; `width` workgroups in one row of it. */
export const blockPlan = (n: number, limits: Limits) => ({
  workgroupSize: LANES * BLOCKS,
  ...foldGrid(Math.ceil(n / (BLOCK * BLOCKS)), limits),
  width: limits.maxComputeWorkgroupsPerDimension,
});

/** WGSL: adds `partial`, a number or vector of each lane, over the lanes of each block by a tree; lane 0 of each has the sum. */
export const addBlock = (type: "f32" | "vec2f"): string => `
    var<workgroup> partials: array<${type}, ${LANES * BLOCKS}>;
    fn addBlock(lane: u32, partial: ${type}) -> ${type} {
      partials[lane] = partial;
      for (var half = ${LANES / 2}u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (lane % ${LANES}u < half) { partials[lane] += partials[lane + half]; }
      }
      return partials[lane];
    }`;

/** WGSL of a kernel over blocks: the four `i` of this lane and its block. */
export const blockIndex = (
  width: number,
): string => `let i = (group.x + group.y * ${width}u) * ${LANES * BLOCKS}u + lane;
      let block = i / ${LANES}u;`;

export const isFirstOfBlock = `lane % ${LANES}u == 0u && block < (dims.n + ${BLOCK - 1}u) / ${BLOCK}u`;

/** The sum of squares of each block of 128 elements of a gradient. What is not finite counts as nothing: `sumOfSquares` tells of it. */
export const blockSquares = defineKernel({
  name: "block_squares",
  dims: { n: perCall("elements of the gradient") },
  bindings: { gradients: read("vec4f", fours), sums: write("f32", ({ n = 0 }) => [blocksOf(n)]) },
  plan: ({ n }, limits) => blockPlan(n, limits),
  cost: ({ n }) => ({ flops: 2 * n, bytes: 4 * n + 4 * blocksOf(n) }),
  wgsl: (plan) => wgsl`
    ${addBlock("f32")}
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
      ${blockIndex(plan.width)}
      var square = 0.0;
      if (4u * i < dims.n) {
        let within = 4u * i + vec4u(0u, 1u, 2u, 3u) < vec4u(dims.n);
        let g = gradients[i];
        let isGood = (bitcast<vec4u>(g) & vec4u(0x7f800000u)) != vec4u(0x7f800000u);
        let used = select(vec4f(), g, within & isGood);
        square = dot(used, used);
      }
      let sum = addBlock(lane, square);
      if (${isFirstOfBlock}) { sums[block] = sum; }
    }`,
});

const UNIT_LANES = 64;

/** A workgroup for each unit. */
export const unitPlan = (units: number, limits: Limits) => ({
  workgroupSize: UNIT_LANES,
  ...foldGrid(units, limits),
  width: limits.maxComputeWorkgroupsPerDimension,
});

type UnitPlan = ReturnType<typeof unitPlan>;

/**
 * WGSL of a kernel with a workgroup for each row `k` of `units`, of which there are as many as the dim says: `addUnit` adds
 * what a unit's blocks sum to, 64 lanes each in order and then by a tree; lane 0 has the sum.
 */
export const eachUnit = (plan: UnitPlan, type: "f32" | "vec2f", dim: "P" | "U", body: string): string => wgsl`
    var<workgroup> lanes: array<${type}, ${UNIT_LANES}>;
    fn addUnit(lane: u32, first: u32, end: u32) -> ${type} {
      var sum = ${type}();
      for (var block = first + lane; block < end; block += ${UNIT_LANES}u) { sum += sums[block]; }
      lanes[lane] = sum;
      for (var half = ${UNIT_LANES / 2}u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (lane < half) { lanes[lane] += lanes[lane + half]; }
      }
      return lanes[lane];
    }
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
      let k = group.x + group.y * ${plan.width}u;
      if (k >= dims.${dim}) { return; }
      ${body}
    }`;

/** What a kernel is given that makes `scales`, a number for the direction of each parameter, of the sums of its blocks. */
export const SCALES_BINDINGS = {
  sums: read("vec2f", ({ n = 0 }) => [blocksOf(n)]),
  units: read("vec4u", "P"),
  settings: read("vec4u", "P"),
  scales: write("f32", "P"),
};

export const scalesCost = ({ n, P }: { readonly n: number; readonly P: number }): Cost => ({
  flops: 2 * blocksOf(n),
  bytes: 8 * blocksOf(n) + 36 * P,
});

/**
 * Clipping of each unit by itself, a group of parameters or one of them: with ‖g_u‖ the norm of unit u's gradient,
 *   scales[u] = min(1, clipNorm_u/(‖g_u‖ + 1e-6)),   1 where clipNorm_u is 0 (Pascanu et al. 2013)
 * `units` has a row for each: [its first block, the block after its last, clipNorm_u as the bits of an f32, 0].
 *
 * Units of a gradient that lies in several arrays take a call for each array, in order: `before` is ‖g_u‖² in those
 * before, and `squares` takes ‖g_u‖² up to here for the next call. The scales of the last call are those of the whole.
 */
export const clipScales = defineKernel({
  name: "clip_scales",
  dims: { n: perCall("elements of the gradient"), U: perCall("units that are clipped apart") },
  bindings: {
    sums: read("f32", ({ n = 0 }) => [blocksOf(n)]),
    units: read("vec4u", "U"),
    report: optional(read("u32", `${REPORT_WORDS}`)),
    before: optional(read("f32", "U")),
    squares: optional(write("f32", "U")),
    scales: write("f32", "U"),
  },
  plan: ({ U }, limits) => unitPlan(U, limits),
  cost: ({ n, U }) => ({ flops: blocksOf(n), bytes: 4 * blocksOf(n) + 20 * U }),
  wgsl: (plan, { has }) =>
    eachUnit(
      plan,
      "f32",
      "U",
      wgsl`let unit = units[k];
      let own = addUnit(lane, unit.x, unit.y);
      if (lane == 0u) {
        let sum = ${has.before ? "before[k] + own" : "own"};
        ${has.squares ? "squares[k] = sum;" : ""}
        let unscale = ${has.report ? `bitcast<f32>(report[${REPORT.unscale}])` : "1.0"};
        let most = bitcast<f32>(unit.z);
        scales[k] = select(1.0, min(1.0, most / (sqrt(sum) * unscale + 1e-6)), most > 0.0);
      }`,
    ),
});
