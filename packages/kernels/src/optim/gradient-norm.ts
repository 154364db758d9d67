import { defineKernel, flatPlan, optional, perCall, read, update, wgsl, write } from "../core";
import { fours } from "./fours";
import { RESCALE } from "./loss-scale";
import { REPORT, REPORT_WORDS } from "./report";

/** Partial sums that a gradient is cut into, whatever its length, so that the order of all additions is fixed. */
export const PARTIALS = 2048;
const LANES = 64;
const NONE = 0xffffffff;

/**
 * The first half of a gradient's norm, four elements at a time: with g⁽ⁱ⁾ the i-th four,
 *   sums[p] = Σ over the four of Σ g⁽ⁱ⁾² over i = p, p + P, p + 2P, … in that order, P = 2048 partial sums.
 * An element that is not finite is left out of its sum and reported instead: firstBad[p] is the first of partial p, or
 * 0xffffffff. Whether a number is finite is asked of its bits, since WGSL lets a compiler assume it is.
 *
 * A gradient that lies in several arrays takes a call for each, in order: `first` elements are in those before, and
 * `sumsBefore` and `firstBadBefore`, both or neither, are what the call before made; this one adds to them.
 */
export const sumOfSquares = defineKernel({
  name: "sum_of_squares",
  dims: { n: perCall("elements of the gradient"), first: perCall("elements of the arrays before this one") },
  bindings: {
    gradients: read("vec4f", fours),
    sumsBefore: optional(read("f32", `${PARTIALS}`)),
    firstBadBefore: optional(read("u32", `${PARTIALS}`)),
    sums: write("f32", `${PARTIALS}`),
    firstBad: write("u32", `${PARTIALS}`),
  },
  plan: (_, limits) => flatPlan(PARTIALS, limits),
  cost: ({ n }) => ({ flops: 2 * n, bytes: 4 * n + 8 * PARTIALS }),
  wgsl: (plan, { has }) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      var sum = vec4f();
      var bad = ${has.firstBadBefore ? "firstBadBefore[id.x]" : `${NONE}u`};
      let n = dims.n;
      let count = (n + 3u) / 4u;
      for (var i = id.x; i < count; i += ${PARTIALS}u) {
        let number = 4u * i + vec4u(0u, 1u, 2u, 3u);
        let within = number < vec4u(n); // words past the last may hold anything
        let g = gradients[i];
        let isGood = (bitcast<vec4u>(g) & vec4u(0x7f800000u)) != vec4u(0x7f800000u);
        let squared = select(vec4f(), g, within & isGood);
        sum = fma(squared, squared, sum);
        let first = select(vec4u(${NONE}u), dims.first + number, within & !isGood);
        bad = min(bad, min(min(first.x, first.y), min(first.z, first.w)));
      }
      sums[id.x] = ${has.sumsBefore ? "sumsBefore[id.x] + " : ""}(sum.x + sum.y) + (sum.z + sum.w);
      firstBad[id.x] = bad;
    }`,
});

/**
 * The second half: adds the partial sums, 64 lanes each in order and then by a tree, and writes the report that every
 * update kernel reads: ‖g‖₂ and whether all was finite. A sum of squares beyond f32 counts as not finite, and so does
 * the `loss` where one is given: it may overflow while its gradient does not. The update will be left out then, and is
 * counted as such here.
 *
 * With `scaled` the gradient is that of a loss times the scale that `lossScale` gave. The norm is told without it, and the
 * next scale is found: half where not all was finite, twice after 2,000 updates in a row.
 */
export const gradientNorm = defineKernel({
  name: "gradient_norm",
  dims: {},
  options: { scaled: false },
  bindings: {
    sums: read("f32", `${PARTIALS}`),
    firstBad: read("u32", `${PARTIALS}`),
    loss: optional(read("f32", "1")),
    report: update("u32", `${REPORT_WORDS}`),
  },
  plan: () => ({ workgroupSize: LANES, grid: [1, 1, 1] }),
  cost: () => ({ flops: PARTIALS, bytes: 8 * PARTIALS }),
  wgsl: (_, { has, options: { scaled } }) => wgsl`
    ${scaled ? RESCALE : ""}
    var<workgroup> laneSums: array<f32, ${LANES}>;
    var<workgroup> laneBad: array<u32, ${LANES}>;

    @compute @workgroup_size(${LANES})
    fn main(@builtin(local_invocation_index) lane: u32) {
      var sum = 0.0;
      var bad = ${NONE}u;
      for (var p = lane; p < ${PARTIALS}u; p += ${LANES}u) {
        sum += sums[p];
        bad = min(bad, firstBad[p]);
      }
      laneSums[lane] = sum;
      laneBad[lane] = bad;
      for (var half = ${LANES / 2}u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (lane < half) {
          laneSums[lane] += laneSums[lane + half];
          laneBad[lane] = min(laneBad[lane], laneBad[lane + half]);
        }
      }
      if (lane == 0u) {
        let total = laneSums[0];
        let fits = isFinite(total);
        let finite = fits && laneBad[0] == ${NONE}u${has.loss ? " && isFinite(loss[0])" : ""};
        let unscale = ${scaled ? "1.0 / lossScale()" : "1.0"};
        let norm = select(3.4028234e38, sqrt(total) * unscale, fits);
        report[${REPORT.norm}] = bitcast<u32>(norm);
        report[${REPORT.finite}] = select(0u, 1u, finite);
        report[${REPORT.firstBad}] = laneBad[0];
        report[${REPORT.skipped}] += select(1u, 0u, finite);
        report[${REPORT.unscale}] = bitcast<u32>(unscale);
        ${scaled ? "rescale(finite);" : ""}
      }
    }`,
});
