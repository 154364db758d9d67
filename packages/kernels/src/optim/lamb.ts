import { defineKernel, optional, perCall, read, update, wgsl, write } from "../core";
import { MEANS } from "./adam";
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
import { CLIP_SCALARS, CLIPPED, CLIPPING } from "./clip";
import { fours } from "./fours";
import { REPORT, REPORT_WORDS } from "./report";
import { ROW_OF } from "./settings";

/**
 * The first of LAMB's three calls (You et al. 2020): Adam's means of the clipped gradient, and the direction, which takes
 * the gradient's place,
 *   u = m̂/(√v̂ + ε) + weightDecay·p
 * together with the sums of p² and u² over each block of 128 elements. With `decoupled` decay is no part of u, but p is
 * shrunk by lr·weightDecay·p before its norm is taken, as in Keras.
 */
export const lambDirection = defineKernel({
  name: "lamb_direction",
  dims: {
    n: perCall("words of the flat arrays"),
    P: perCall("parameters"),
    U: perCall("units that are clipped apart"),
  },
  options: { decoupled: false },
  scalars: {
    oneMinusBeta1: "f32",
    oneMinusBeta2: "f32",
    eps: "f32",
    correction1: "f32",
    correction2: "f32",
    ...CLIP_SCALARS,
  },
  bindings: {
    parameters: read("vec4f", fours),
    gradients: update("vec4f", fours),
    m: update("vec4f", fours),
    v: update("vec4f", fours),
    settings: read("vec4u", "P"),
    scales: optional(read("f32", "U")),
    report: read("u32", `${REPORT_WORDS}`),
    sums: write("vec2f", ({ n = 0 }) => [blocksOf(n)]),
  },
  plan: ({ n }, limits) => blockPlan(n, limits),
  cost: ({ n }) => ({ flops: 20 * n, bytes: 28 * n + 8 * blocksOf(n) }),
  wgsl: (plan, { options: { decoupled }, has }) => wgsl`
    ${ROW_OF}
    ${addBlock("vec2f")}
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
      ${blockIndex(plan.width)}
      ${CLIPPING}
      var squares = vec2f();
      if (report[${REPORT.finite}] != 0u && 4u * i < dims.n) {
        let within = 4u * i + vec4u(0u, 1u, 2u, 3u) < vec4u(dims.n);
        let row = settings[rowOf(4u * i)];
        let weightDecay = bitcast<f32>(row.z);
        let factor = scale${has.scales ? " * scales[row.w]" : ""};
        let g = ${CLIPPED};
        let old_m = m[i];
        let old_v = v[i];
        var new_m = old_m;
        var new_v = old_v;
        ${MEANS}
        m[i] = select(old_m, new_m, within);
        v[i] = select(old_v, new_v, within);
        var p = select(vec4f(), parameters[i], within);
        ${decoupled ? "p -= bitcast<f32>(row.y) * weightDecay * p;" : ""}
        let u = select(vec4f(), (new_m / dims.correction1) / (sqrt(new_v / dims.correction2) + dims.eps), within)${decoupled ? "" : " + weightDecay * p"};
        gradients[i] = u;
        squares = vec2f(dot(p, p), dot(u, u));
      }
      let sum = addBlock(lane, squares);
      if (${isFirstOfBlock}) { sums[block] = sum; }
    }`,
});

/**
 * The second: what the direction of each parameter is multiplied by,
 *   scales[k] = lr_k·‖p_k‖/‖u_k‖,   lr_k where either norm is 0
 * `units` has a row for each parameter: [its first block, the block after its last, 0, 0].
 */
export const lambScales = defineKernel({
  name: "lamb_scales",
  dims: { n: perCall("words of the flat arrays"), P: perCall("parameters") },
  bindings: SCALES_BINDINGS,
  plan: ({ P }, limits) => unitPlan(P, limits),
  cost: scalesCost,
  wgsl: (plan) =>
    eachUnit(
      plan,
      "vec2f",
      "P",
      wgsl`let norms = sqrt(addUnit(lane, units[k].x, units[k].y));
      if (lane == 0u) {
        let isScaled = norms.x > 0.0 && norms.y > 0.0;
        scales[k] = bitcast<f32>(settings[k].y) * select(1.0, norms.x / max(norms.y, 1e-37), isScaled);
      }`,
    ),
});
