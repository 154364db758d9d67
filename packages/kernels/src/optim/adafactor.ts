import { defineKernel, foldGrid, optional, perCall, read, update, wgsl, write } from "../core";
import {
  addBlock,
  blockIndex,
  blockPlan,
  blocksOf,
  eachUnit,
  isFirstOfBlock,
  SCALES_BINDINGS,
  scalesCost,
  unitPlan,
} from "./block-sums";
import { CLIP_SCALARS, CLIPPING } from "./clip";
import { fours } from "./fours";
import { REPORT, REPORT_WORDS } from "./report";

/**
 * Where the factors of a parameter lie, eight words for each:
 *   [first word in the flat arrays, rows R, columns C, slabs Z, first word in the factors, first line, first slab, clipping unit]
 * A parameter of two or more axes is Z matrices [R, C]; its factors are the means of rows [Z, R] and then those of columns
 * [Z, C]. One of fewer axes has no rows (R = 0), C elements, and a factor for each. A line is what one workgroup makes: a
 * mean, or 64 factors of elements.
 */
export const FACTOR_WORDS = 8;
const LANES = 64;

/** Lines of a parameter. */
export const factorLines = (Z: number, R: number, C: number): number => (R > 0 ? Z * (R + C) : Math.ceil(C / LANES));
/** Factors of a parameter; one that is empty has one nevertheless, since no array is. */
export const factorCount = (Z: number, R: number, C: number): number => Math.max(1, R > 0 ? Z * (R + C) : C);

/** WGSL: which parameter has the line, slab or word `at`, by bisection over word `field` of the table. */
const FIND = `
    fn find(at: u32, field: u32) -> u32 {
      var low = 0u;
      var high = dims.P - 1u;
      while (low < high) {
        let middle = (low + high + 1u) / 2u;
        if (places[${FACTOR_WORDS}u * middle + field] <= at) { low = middle; } else { high = middle - 1u; }
      }
      return low;
    }`;

/** WGSL: the clipped gradient's word `w`. */
const CLIPPED_WORD = "clamp(gradients[w] * factor, -bound.x, bound.x)";

/**
 * The first of Adafactor's five calls (Shazeer & Stern 2018): the factors of the mean of squared gradients,
 *   r_i ← r_i + (1 − β₂ₜ)·(mean_j (g_ij² + ε₁) − r_i);   c_j ← c_j + (1 − β₂ₜ)·(mean_i (g_ij² + ε₁) − c_j)
 * a workgroup for each row and each column; parameters of one axis keep v ← v + (1 − β₂ₜ)·(g² + ε₁ − v) for each element.
 */
export const adafactorFactors = defineKernel({
  name: "adafactor_factors",
  dims: {
    n: perCall("words of the flat arrays"),
    P: perCall("parameters"),
    U: perCall("units that are clipped apart"),
    F: perCall("factors"),
    L: perCall("lines"),
  },
  scalars: { oneMinusBeta2: "f32", eps1: "f32", ...CLIP_SCALARS },
  bindings: {
    gradients: read("f32", ({ n = 0 }) => [Math.ceil(n / 4) * 4]),
    factors: update("f32", "F"),
    places: read("u32", ({ P = 0 }) => [P * FACTOR_WORDS]),
    scales: optional(read("f32", "U")),
    report: read("u32", `${REPORT_WORDS}`),
  },
  plan: ({ L }, limits) => ({
    workgroupSize: LANES,
    ...foldGrid(L, limits),
    width: limits.maxComputeWorkgroupsPerDimension,
  }),
  cost: ({ n, F }) => ({ flops: 4 * n, bytes: 8 * n + 8 * F }),
  wgsl: (plan, { has }) => wgsl`
    ${FIND}
    var<workgroup> lanes: array<f32, ${LANES}>;
    @compute @workgroup_size(${LANES})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
      let line = group.x + group.y * ${plan.width}u;
      if (line >= dims.L) { return; }
      let isFinite = report[${REPORT.finite}] != 0u;
      ${CLIPPING}
      let k = find(line, 5u);
      let at = ${FACTOR_WORDS}u * k;
      let start = places[at];
      let R = places[at + 1u];
      let C = places[at + 2u];
      let Z = places[at + 3u];
      let number = line - places[at + 5u];
      let factor = scale${has.scales ? " * scales[places[at + 7u]]" : ""};
      var sum = 0.0;
      var count = 1u;
      if (R == 0u) {
        let element = number * ${LANES}u + lane;
        if (element < C) {
          let w = start + element;
          let g = ${CLIPPED_WORD};
          let old = factors[places[at + 4u] + element];
          if (isFinite) { factors[places[at + 4u] + element] = old + (g * g + dims.eps1 - old) * dims.oneMinusBeta2; }
        }
      } else {
        let isRow = number < Z * R;
        let column = (number - Z * R) % max(C, 1u);
        let slab = (number - Z * R) / max(C, 1u);
        let first = start + select(slab * R * C + column, number * C, isRow);
        let stride = select(C, 1u, isRow);
        count = select(R, C, isRow);
        for (var each = lane; each < count; each += ${LANES}u) {
          let w = first + each * stride;
          let g = ${CLIPPED_WORD};
          sum += g * g + dims.eps1;
        }
      }
      lanes[lane] = sum;
      for (var half = ${LANES / 2}u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (lane < half) { lanes[lane] += lanes[lane + half]; }
      }
      if (lane == 0u && R > 0u && isFinite) {
        let old = factors[places[at + 4u] + number];
        factors[places[at + 4u] + number] = old + (lanes[0] / f32(count) - old) * dims.oneMinusBeta2;
      }
    }`,
});

/** The second: the mean of each slab's row factors; `slabs` says where they are: [first factor, rows]. */
export const adafactorMeans = defineKernel({
  name: "adafactor_means",
  dims: { F: perCall("factors"), S: perCall("slabs") },
  bindings: { factors: read("f32", "F"), slabs: read("vec2u", "S"), means: write("f32", "S") },
  plan: ({ S }, limits) => unitPlan(S, limits),
  cost: ({ F, S }) => ({ flops: F, bytes: 4 * F + 12 * S }),
  wgsl: (plan) => wgsl`
    var<workgroup> lanes: array<f32, ${LANES}>;
    @compute @workgroup_size(${LANES})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
      let s = group.x + group.y * ${plan.width}u;
      if (s >= dims.S) { return; }
      let slab = slabs[s];
      var sum = 0.0;
      for (var row = lane; row < slab.y; row += ${LANES}u) { sum += factors[slab.x + row]; }
      lanes[lane] = sum;
      for (var half = ${LANES / 2}u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (lane < half) { lanes[lane] += lanes[lane + half]; }
      }
      if (lane == 0u) { means[s] = lanes[0] / f32(max(slab.y, 1u)); }
    }`,
});

/**
 * The third: the direction u = g/√v̂, v̂_ij = (r_i/mean(r))·c_j, in the place of the gradient, with the sums of p² and u²
 * over each block of 128 elements. With `decoupled` settings' decay shrinks p before its norm is taken.
 */
export const adafactorDirection = defineKernel({
  name: "adafactor_direction",
  dims: {
    n: perCall("words of the flat arrays"),
    P: perCall("parameters"),
    U: perCall("units that are clipped apart"),
    F: perCall("factors"),
    S: perCall("slabs"),
  },
  scalars: CLIP_SCALARS,
  bindings: {
    parameters: read("vec4f", fours),
    gradients: update("vec4f", fours),
    factors: read("f32", "F"),
    means: read("f32", "S"),
    places: read("u32", ({ P = 0 }) => [P * FACTOR_WORDS]),
    scales: optional(read("f32", "U")),
    report: read("u32", `${REPORT_WORDS}`),
    sums: write("vec2f", ({ n = 0 }) => [blocksOf(n)]),
  },
  plan: ({ n }, limits) => blockPlan(n, limits),
  cost: ({ n, F }) => ({ flops: 14 * n, bytes: 12 * n + 4 * F + 8 * blocksOf(n) }),
  wgsl: (plan, { has }) => wgsl`
    ${FIND}
    ${addBlock("vec2f")}
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
      ${blockIndex(plan.width)}
      ${CLIPPING}
      var squares = vec2f();
      if (report[${REPORT.finite}] != 0u && 4u * i < dims.n) {
        let at = ${FACTOR_WORDS}u * find(4u * i, 0u);
        let R = places[at + 1u];
        let C = places[at + 2u];
        let size = select(places[at + 3u] * R * C, C, R == 0u);
        let factor = scale${has.scales ? " * scales[places[at + 7u]]" : ""};
        let g = clamp(gradients[i] * factor, -bound, bound);
        let old = parameters[i];
        var u = vec4f();
        var p = vec4f();
        for (var word = 0u; word < 4u; word++) {
          let element = 4u * i + word - places[at];
          if (element >= size) { break; }
          let matrix = max(R * C, 1u);
          let slab = element / matrix;
          let row = (element % matrix) / max(C, 1u);
          let column = element % max(C, 1u);
          var v: f32;
          if (R == 0u) { v = factors[places[at + 4u] + element]; }
          else {
            let r = factors[places[at + 4u] + slab * R + row] / means[places[at + 6u] + slab];
            v = r * factors[places[at + 4u] + places[at + 3u] * R + slab * C + column];
          }
          u[word] = g[word] / sqrt(max(v, 1e-37));
          p[word] = old[word];
        }
        gradients[i] = u;
        squares = vec2f(dot(p, p), dot(u, u));
      }
      let sum = addBlock(lane, squares);
      if (${isFirstOfBlock}) { sums[block] = sum; }
    }`,
});

/**
 * The fourth: what the direction of each parameter is multiplied by; `applyDirection` is the fifth.
 *   scales[k] = max(ε₂, rms(p_k))·ρ_k/max(1, rms(u_k)/threshold),   ρ_k = min(lr_k, most)
 * `units` has a row for each parameter: [its first block, the block after its last, its elements, 0].
 */
export const adafactorScales = defineKernel({
  name: "adafactor_scales",
  dims: { n: perCall("words of the flat arrays"), P: perCall("parameters") },
  options: { decoupled: false },
  scalars: { eps2: "f32", threshold: "f32", most: "f32" },
  bindings: SCALES_BINDINGS,
  plan: ({ P }, limits) => unitPlan(P, limits),
  cost: scalesCost,
  wgsl: (plan, { options: { decoupled } }) =>
    eachUnit(
      plan,
      "vec2f",
      "P",
      wgsl`var rms = sqrt(addUnit(lane, units[k].x, units[k].y) / f32(max(units[k].z, 1u)));
      if (lane == 0u) {
        let lr = bitcast<f32>(settings[k].y);
        ${decoupled ? "rms.x *= abs(1.0 - lr * bitcast<f32>(settings[k].z)); // of p after it has decayed" : ""}
        scales[k] = max(dims.eps2, rms.x) * min(lr, dims.most) / max(1.0, rms.y / dims.threshold);
      }`,
    ),
});
