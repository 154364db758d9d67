import { defineUpdate, optionalSlot, slot } from "./update-rule";

/**
 * RMSProp (Tieleman & Hinton 2012) over all parameters at once:
 *   v ← ρ·v + (1 − ρ)·g²;   p ← p − lr·g/r,   r = √v + ε, or √(v + ε) with `insideRoot`
 * With `mean`, the mean of gradients a ← ρ·a + (1 − ρ)·g, v − a² takes the place of v in r (Graves 2013).
 * With `velocity`, b ← momentum·b + g/r;   p ← p − lr·b; with `stepVelocity` b ← momentum·b + lr·g/r;   p ← p − b.
 */
export const rmsprop = defineUpdate({
  name: "rmsprop",
  slots: { v: slot(), mean: optionalSlot(), velocity: optionalSlot() },
  scalars: { oneMinusRho: "f32", eps: "f32", momentum: "f32" },
  options: { insideRoot: false, stepVelocity: false },
  flops: 12,
  // v − a² is a variance: where rounding makes it less than nothing, it is nothing.
  rule: ({ options: { insideRoot, stepVelocity }, has }) => `new_v = old_v + (g * g - old_v) * dims.oneMinusRho;
        ${has.mean ? "new_mean = old_mean + (g - old_mean) * dims.oneMinusRho;" : ""}
        let square = ${has.mean ? "max(vec4f(), new_v - new_mean * new_mean)" : "new_v"};
        let step = g / ${insideRoot ? "sqrt(square + dims.eps)" : "(sqrt(square) + dims.eps)"};
        ${has.velocity ? `new_velocity = dims.momentum * old_velocity + ${stepVelocity ? "lr * step" : "step"};` : ""}
        p -= ${!has.velocity ? "lr * step" : stepVelocity ? "new_velocity" : "lr * new_velocity"};`,
});
