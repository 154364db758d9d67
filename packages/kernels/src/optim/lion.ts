import { defineUpdate, slot } from "./update-rule";

/**
 * Lion (Chen et al. 2023) over all parameters at once: p ← p − lr·sign(β₁·m + (1 − β₁)·g);   m ← β₂·m + (1 − β₂)·g.
 */
export const lion = defineUpdate({
  name: "lion",
  slots: { m: slot() },
  scalars: { oneMinusBeta1: "f32", oneMinusBeta2: "f32" },
  options: {},
  flops: 8,
  rule: () => `p -= lr * sign(old_m + (g - old_m) * dims.oneMinusBeta1);
        new_m = old_m + (g - old_m) * dims.oneMinusBeta2;`,
});
