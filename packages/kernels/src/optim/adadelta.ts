import { defineUpdate, slot } from "./update-rule";

/**
 * Adadelta (Zeiler 2012) over all parameters at once:
 *   v ← ρ·v + (1 − ρ)·g²;   d = g·√(u + ε)/√(v + ε);   u ← ρ·u + (1 − ρ)·d²;   p ← p − lr·d
 */
export const adadelta = defineUpdate({
  name: "adadelta",
  slots: { v: slot(), u: slot() },
  scalars: { oneMinusRho: "f32", eps: "f32" },
  options: {},
  flops: 14,
  rule: () => `new_v = old_v + (g * g - old_v) * dims.oneMinusRho;
        let d = g * sqrt(old_u + dims.eps) / sqrt(new_v + dims.eps);
        new_u = old_u + (d * d - old_u) * dims.oneMinusRho;
        p -= lr * d;`,
});
