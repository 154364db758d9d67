import { defineKernel, read, wgsl, write } from "../core";
import {
  checkCounts,
  LANES,
  REDUCTION_DIMS,
  type ReductionOptions,
  reductionPlan,
  resultCode,
  walkCode,
} from "./pattern";

const defaults: ReductionOptions = { reduced: [true] };

/**
 * The product over any axes: out[kept] = Π x over the reduced axes, 1 of nothing. An invocation makes each result, its
 * factors in order; ones at the end of an axis change no bit. `reductionDims` makes dims and options.
 */
export const reduceProduct = defineKernel({
  name: "reduce_product",
  dims: REDUCTION_DIMS,
  options: defaults,
  bindings: { x: read("f32", "all"), out: write("f32", "kept") },
  check: (dims, options) => checkCounts("reduce_product", dims, options),
  plan: (dims, limits, options) => reductionPlan(dims, options, limits, true),
  cost: ({ all, kept }) => ({ flops: all, bytes: 4 * (all + kept) }),
  wgsl: (plan, { options }) => wgsl`
    @compute @workgroup_size(${LANES})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      ${resultCode(plan)}
      var product = 1.0;
      ${walkCode(options, false, "product *= x[at];")}
      out[o] = product;
    }`,
});
