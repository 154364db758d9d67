import { defineUpdate, slot } from "./update-rule";

/**
 * Adamax (Kingma & Ba 2015, section 7.1) over all parameters at once:
 *   m ← β₁·m + (1 − β₁)·g;   u ← max(β₂·u, |g|);   p ← p − lr·(m/correction1)/(u + ε)
 * With `insideMaximum` u ← max(β₂·u, |g| + ε) and no ε in the quotient, as in PyTorch.
 */
export const adamax = defineUpdate({
  name: "adamax",
  slots: { m: slot(), u: slot() },
  scalars: { oneMinusBeta1: "f32", beta2: "f32", eps: "f32", correction1: "f32" },
  options: { insideMaximum: false },
  flops: 10,
  rule: ({ options: { insideMaximum } }) => `new_m = old_m + (g - old_m) * dims.oneMinusBeta1;
        new_u = max(dims.beta2 * old_u, abs(g)${insideMaximum ? " + dims.eps" : ""});
        p -= lr * (new_m / dims.correction1) / ${insideMaximum ? "new_u" : "(new_u + dims.eps)"};`,
});
