import { MEANS } from "./adam";
import { defineUpdate, slot } from "./update-rule";

/**
 * Nadam (Dozat 2016) over all parameters at once: Adam's means, with Nesterov's look ahead,
 *   p ← p − lr·(meanFactor·m + gradientFactor·g)/(√(v/correction2) + ε)
 * where with μₜ the momentum of update t, meanFactor = μₜ₊₁/(1 − Π_{i≤t+1} μᵢ) and gradientFactor = (1 − μₜ)/(1 − Π_{i≤t} μᵢ).
 */
export const nadam = defineUpdate({
  name: "nadam",
  slots: { m: slot(), v: slot() },
  scalars: {
    oneMinusBeta1: "f32",
    oneMinusBeta2: "f32",
    eps: "f32",
    correction2: "f32",
    meanFactor: "f32",
    gradientFactor: "f32",
  },
  options: {},
  flops: 14,
  rule: () => `${MEANS}
        let ahead = dims.meanFactor * new_m + dims.gradientFactor * g;
        p -= lr * ahead / (sqrt(new_v / dims.correction2) + dims.eps);`,
});
