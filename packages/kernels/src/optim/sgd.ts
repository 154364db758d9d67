import { defineKernel, optional, perCall, read, update, wgsl } from "../core";
import { CLIP_SCALARS, CLIPPED, CLIPPING, SKIP_UNLESS_FINITE } from "./clip";
import { eachFour, fours, foursPlan } from "./fours";
import { REPORT_WORDS } from "./report";

/**
 * Stochastic gradient descent over all parameters at once, with PyTorch's momentum (Sutskever et al. 2013):
 *   g ← clip(g) + weightDecay·p;   v ← momentum·v + (1 − dampening)·g;   p ← p − lr·v
 * or p ← p − lr·(g + momentum·v) with `nesterov`; without `velocity`, p ← p − lr·g. PyTorch's first v is g itself:
 * pass a dampening of 0 for the first update of a zero velocity.
 *
 * A gradient that is not finite changes nothing and is counted in the report that `gradientNorm` wrote.
 */
export const sgd = defineKernel({
  name: "sgd",
  dims: { n: perCall("parameters") },
  options: { nesterov: false },
  scalars: { lr: "f32", momentum: "f32", dampening: "f32", weightDecay: "f32", ...CLIP_SCALARS },
  bindings: {
    parameters: update("vec4f", fours),
    gradients: read("vec4f", fours),
    velocity: optional(update("vec4f", fours)),
    report: update("u32", `${REPORT_WORDS}`),
  },
  plan: ({ n }, limits) => foursPlan(n, limits),
  cost: ({ n }) => ({ flops: 8 * n, bytes: 20 * n }),
  wgsl: (plan, { options, has }) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let invocation = id.x + id.y * ${plan.width}u;
      ${SKIP_UNLESS_FINITE}
      ${CLIPPING}
      ${eachFour(
        plan,
        wgsl`let p = parameters[i];
        let g = ${CLIPPED} + dims.weightDecay * p;
        ${has.velocity ? withVelocity(options.nesterov) : "let step = g;"}
        parameters[i] = select(p, p - dims.lr * step, within);`,
      )}
    }`,
});

const withVelocity = (nesterov: boolean): string => `let vOld = velocity[i];
        let v = dims.momentum * vOld + (1.0 - dims.dampening) * g;
        velocity[i] = select(vOld, v, within);
        let step = ${nesterov ? "g + dims.momentum * v" : "v"};`;
