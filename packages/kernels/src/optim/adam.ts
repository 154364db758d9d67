import { defineUpdate, optionalSlot, slot } from "./update-rule";

/** WGSL of the means that Adam and its relatives keep: m of the gradients, v of their squares. */
export const MEANS = `new_m = old_m + (g - old_m) * dims.oneMinusBeta1;
        new_v = old_v + (g * g - old_v) * dims.oneMinusBeta2;`;

/**
 * Adam (Kingma & Ba 2015) over all parameters at once, in PyTorch's form:
 *   g ← clip(g);   m ← β₁·m + (1 − β₁)·g;   v ← β₂·v + (1 − β₂)·g²
 *   p ← p − lr·m̂/(√v̂ + ε),   m̂ = m/correction1,   v̂ = v/correction2,   correctionₖ = 1 − βₖᵗ
 * `weightDecay` adds weightDecay·p to g, or with `decoupled` shrinks p by lr·weightDecay·p first (AdamW, Loshchilov &
 * Hutter 2019). With `largest`, v̂ is the largest v so far over correction2 (AMSGrad, Reddi et al. 2018). Keras puts ε
 * on the uncorrected √v: pass ε/√correction2.
 *
 * The scalars are 1 − β and not β: 1 − 0.999 taken in f32 is off by 1e-5, and v would be too.
 */
export const adam = defineUpdate({
  name: "adam",
  slots: { m: slot(), v: slot(), largest: optionalSlot() },
  scalars: { oneMinusBeta1: "f32", oneMinusBeta2: "f32", eps: "f32", correction1: "f32", correction2: "f32" },
  options: {},
  flops: 12,
  rule: ({ has }) => `${MEANS}
        ${has.largest ? "new_largest = max(old_largest, new_v);" : ""}
        let vUsed = ${has.largest ? "new_largest" : "new_v"};
        p -= lr * (new_m / dims.correction1) / (sqrt(vUsed / dims.correction2) + dims.eps);`,
});
