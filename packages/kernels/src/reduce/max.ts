import { defineKernel, ENDS, flatPlan, optional, read, type ValueOptions, valueType, wgsl, write } from "../core";
import {
  checkCounts,
  checkNotEmpty,
  LANES,
  REDUCTION_DIMS,
  type ReductionOptions,
  reductionKernel,
  reductionPlan,
  resultCode,
  walkCode,
} from "./pattern";

export interface MaxOptions extends ReductionOptions, ValueOptions {
  /** Whether the smallest is looked for in place of the largest. */
  readonly smallest: boolean;
  /** Whether the last of equals is taken in place of the first. */
  readonly last: boolean;
}

const defaults: ReductionOptions = { reduced: [true] };
const maxDefaults: MaxOptions = { ...defaults, type: "f32", smallest: false, last: false };

const defineMax = (alone: boolean) =>
  defineKernel({
    name: alone ? "reduce_max_alone" : "reduce_max",
    dims: REDUCTION_DIMS,
    options: maxDefaults,
    bindings: {
      x: read(valueType, "all"),
      out: optional(write(valueType, "kept")),
      index: optional(write("u32", "kept")),
    },
    check: (dims, options) => {
      checkCounts("reduce_max", dims, options);
      checkNotEmpty("max", dims);
    },
    plan: (dims, limits, options) => reductionPlan(dims, options, limits, alone),
    cost: ({ all, kept }) => ({ flops: all, bytes: 4 * (all + 2 * kept) }),
    wgsl: (plan, { options, has }) => {
      const { type, smallest, last } = options;
      const beats = smallest ? "<" : ">";
      // numbers rise within a lane, so a strict comparison keeps the first of equals and the other the last
      const body = `if (x[at] ${beats}${last ? "=" : ""} best) { best = x[at]; place = index; }`;
      const store = `${has.out ? "out[o] = best;" : ""} ${has.index ? "index[o] = place;" : ""}`;
      const start = `${resultCode(plan)}
      var best = ${smallest ? ENDS[type].greatest : ENDS[type].least};
      var place = 0u;`;
      if (!plan.cooperates) {
        return wgsl`
    @compute @workgroup_size(${LANES})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      ${start}
      ${walkCode(options, false, body)}
      ${store}
    }`;
      }
      return wgsl`
    var<workgroup> bests: array<${type}, ${LANES}>;
    var<workgroup> places: array<u32, ${LANES}>;

    @compute @workgroup_size(${LANES})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
      ${start}
      ${walkCode(options, true, body)}
      bests[lane] = best;
      places[lane] = place;
      workgroupBarrier();
      if (lane == 0u) {
        for (var i = 1u; i < ${LANES}u; i++) {
          if (bests[i] ${beats} best || (bests[i] == best && places[i] ${last ? ">" : "<"} place)) {
            best = bests[i];
            place = places[i];
          }
        }
        ${store}
      }
    }`;
    },
  });

/**
 * The maximum over any axes and where it is: out[kept] = max x over the reduced axes, index[kept] = its row-major number
 * among the reduced elements, the lowest where several are equal. Ask for either or both. With `smallest` it is the
 * minimum, with `last` the highest number of equals. `reductionDims` makes dims and options. Elements of f32 are below
 * 3.4e38 in size.
 *
 * @throws ValueError for a maximum of no elements
 */
export const reduceMax = reductionKernel(defineMax);

/**
 * The gradient of a maximum goes to the element it was taken from, the first of equals:
 *   dx[e] = dOut[o(e)] where e is number index[o(e)] of its result o(e), else 0
 */
export const reduceMaxBackward = defineKernel({
  name: "reduce_max_backward",
  dims: REDUCTION_DIMS,
  options: defaults,
  bindings: { dOut: read("f32", "kept"), index: read("u32", "kept"), dx: write("f32", "all") },
  check: (dims, options) => checkCounts("reduce_max_backward", dims, options),
  plan: ({ all }, limits) => flatPlan(all, limits),
  cost: ({ all, kept }) => ({ flops: 0, bytes: 4 * all + 8 * kept }),
  wgsl: (plan, { options: { reduced } }) => {
    const axes = reduced.map((isReduced, axis) => {
      const [sum, stride] = isReduced ? ["number", "numberStride"] : ["o", "oStride"];
      return `${sum} += rest % dims.E${axis} * ${stride}; ${stride} *= dims.E${axis}; rest /= dims.E${axis};`;
    });
    return wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let e = id.x + id.y * ${plan.width}u;
      if (e >= dims.all) { return; }
      var rest = e;
      var o = 0u;
      var oStride = 1u;
      var number = 0u; // of e among the elements of its result
      var numberStride = 1u;
      ${axes.toReversed().join("\n      ")}
      dx[e] = select(0.0, dOut[o], index[o] == number);
    }`;
  },
});
