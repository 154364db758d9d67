import { defineKernel, optional, perCall, read, update, wgsl } from "../core";
import { CLIP_SCALARS, CLIPPED, CLIPPING, SKIP_UNLESS_FINITE } from "./clip";
import { eachFour, fours, foursPlan } from "./fours";
import { REPORT_WORDS } from "./report";

/**
 * Adam (Kingma & Ba 2015) over all parameters at once, in PyTorch's form:
 *   g ← clip(g);   m ← β₁·m + (1 − β₁)·g;   v ← β₂·v + (1 − β₂)·g²
 *   p ← p − lr·m̂/(√v̂ + ε),   m̂ = m/correction1,   v̂ = v/correction2,   correctionₖ = 1 − βₖᵗ
 * `weightDecay` adds weightDecay·p to g, or with `decoupled` shrinks p by lr·weightDecay·p first (AdamW, Loshchilov &
 * Hutter 2019). With `largest`, v̂ is the largest v so far over correction2 (AMSGrad, Reddi et al. 2018). Keras puts ε
 * on the uncorrected √v: pass ε/√correction2.
 *
 * The scalars are 1 − β and not β: 1 − 0.999 taken in f32 is off by 1e-5, and v would be too.
 * A gradient that is not finite changes nothing and is counted in the report that `gradientNorm` wrote.
 */
export const adam = defineKernel({
  name: "adam",
  dims: { n: perCall("parameters") },
  options: { decoupled: false },
  scalars: {
    lr: "f32",
    oneMinusBeta1: "f32",
    oneMinusBeta2: "f32",
    eps: "f32",
    weightDecay: "f32",
    correction1: "f32",
    correction2: "f32",
    ...CLIP_SCALARS,
  },
  bindings: {
    parameters: update("vec4f", fours),
    gradients: read("vec4f", fours),
    m: update("vec4f", fours),
    v: update("vec4f", fours),
    largest: optional(update("vec4f", fours)),
    report: update("u32", `${REPORT_WORDS}`),
  },
  plan: ({ n }, limits) => foursPlan(n, limits),
  cost: ({ n }) => ({ flops: 16 * n, bytes: 28 * n }),
  wgsl: (plan, { options, has }) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let invocation = id.x + id.y * ${plan.width}u;
      ${SKIP_UNLESS_FINITE}
      ${CLIPPING}
      ${eachFour(
        plan,
        wgsl`let old = parameters[i];
        let mOld = m[i];
        let vOld = v[i];
        var p = old;
        var g = ${CLIPPED};
        ${options.decoupled ? "p -= dims.lr * dims.weightDecay * p;" : "g += dims.weightDecay * p;"}
        let mNew = mOld + (g - mOld) * dims.oneMinusBeta1;
        let vNew = vOld + (g * g - vOld) * dims.oneMinusBeta2;
        m[i] = select(mOld, mNew, within);
        v[i] = select(vOld, vNew, within);
        ${has.largest ? LARGEST : "let vUsed = vNew;"}
        p -= dims.lr * (mNew / dims.correction1) / (sqrt(vUsed / dims.correction2) + dims.eps);
        parameters[i] = select(old, p, within);`,
      )}
    }`,
});

const LARGEST = `let largestOld = largest[i];
        let vUsed = max(largestOld, vNew);
        largest[i] = select(largestOld, vUsed, within);`;
