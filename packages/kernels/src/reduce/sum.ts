import { defineKernel, read, wgsl, write } from "../core";
import {
  checkCounts,
  checkNotEmpty,
  LANES,
  REDUCTION_DIMS,
  type ReductionOptions,
  type ReductionPlan,
  reductionKernel,
  reductionPlan,
  resultCode,
  walkCode,
} from "./pattern";

export interface SumOptions extends ReductionOptions {
  /** Whether the sum is divided by how many elements it has. */
  readonly mean: boolean;
}

const defaults: SumOptions = { reduced: [true], mean: false };

const defineSum = (alone: boolean) =>
  defineKernel({
    name: alone ? "reduce_sum_alone" : "reduce_sum",
    dims: REDUCTION_DIMS,
    options: defaults,
    bindings: { x: read("f32", "all"), out: write("f32", "kept") },
    check: (dims, options) => {
      checkCounts("reduce_sum", dims, options);
      if (options.mean) checkNotEmpty("mean", dims);
    },
    plan: (dims, limits, options) => reductionPlan(dims, options, limits, alone),
    cost: ({ all, kept }) => ({ flops: all, bytes: 4 * (all + kept) }),
    wgsl: (plan, { options }) => (plan.cooperates ? laneSum(plan, options) : soloSum(plan, options)),
  });

/**
 * The sum or mean over any axes: out[kept] = Σ x over the reduced axes. `reductionDims` makes dims and options.
 *
 * Where the last axis is reduced, lane l of 64 adds its elements l, l + 64, … row after row and a tree adds the lanes;
 * else each result adds its elements in order. Zeros at the end of any axis change no bit of a sum. The backward of
 * both is a broadcast.
 *
 * @throws ValueError for a mean of no elements
 */
export const reduceSum = reductionKernel(defineSum);

const scale = ({ mean }: SumOptions): string => (mean ? " / f32(dims.all / dims.kept)" : "");

/** Lanes of a workgroup share one result. */
function laneSum(plan: ReductionPlan, options: SumOptions): string {
  return wgsl`
    var<workgroup> sums: array<f32, ${LANES}>;

    @compute @workgroup_size(${LANES})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
      ${resultCode(plan)}
      var sum = 0.0;
      ${walkCode(options, true, "sum += x[at];")}
      sums[lane] = sum;
      workgroupBarrier(); // one only: the first lane climbs the tree, since a barrier costs more than 63 additions
      if (lane == 0u) {
        for (var n = ${LANES / 2}u; n > 0u; n /= 2u) {
          for (var i = 0u; i < n; i++) { sums[i] += sums[i + n]; }
        }
        out[o] = sums[0]${scale(options)};
      }
    }`;
}

/** An invocation makes a result alone: in order, or as the 64 lanes would where the last axis is reduced. */
function soloSum(plan: ReductionPlan, options: SumOptions): string {
  const main = wgsl`
    @compute @workgroup_size(${LANES})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      ${resultCode(plan)}`;
  if (options.reduced.at(-1) !== true) {
    return wgsl`${main}
      var sum = 0.0;
      ${walkCode(options, false, "sum += x[at];")}
      out[o] = sum${scale(options)};
    }`;
  }
  // A long last axis goes round the lanes; of a short one each element is a lane, and those past its end are left out.
  const lanes = `min(${LANES}u, dims.E${options.reduced.length - 1})`;
  return wgsl`${main}
      var sums: array<f32, ${LANES}>;
      ${walkCode(options, false, `sums[last % ${LANES}u] += x[at];`)}
      for (var n = ${LANES / 2}u; n > 0u; n /= 2u) {
        for (var lane = 0u; lane < n && lane + n < ${lanes}; lane++) { sums[lane] += sums[lane + n]; }
      }
      out[o] = sums[0]${scale(options)};
    }`;
}
