import { defineUpdate, optionalSlot } from "./update-rule";

/**
 * Stochastic gradient descent over all parameters at once, with PyTorch's momentum (Sutskever et al. 2013):
 *   g ← clip(g) + weightDecay·p;   v ← momentum·v + (1 − dampening)·g;   p ← p − lr·v
 * or p ← p − lr·(g + momentum·v) with `nesterov`; without `velocity`, p ← p − lr·g. PyTorch's first v is g itself:
 * pass a dampening of 0 for the first update of a zero velocity.
 *
 * With `stepVelocity` the learning rate is part of the velocity, as in Keras: v ← momentum·v + (1 − dampening)·lr·g,
 * p ← p − v, or p ← p − (lr·g + momentum·v). The two differ where the learning rate changes.
 */
export const sgd = defineUpdate({
  name: "sgd",
  slots: { velocity: optionalSlot() },
  scalars: { momentum: "f32", dampening: "f32" },
  options: { nesterov: false, stepVelocity: false },
  flops: 4,
  rule: ({ options: { nesterov, stepVelocity }, has }) => {
    if (!has.velocity) return "p -= lr * g;";
    return `${stepVelocity ? "g *= lr;" : ""}
        new_velocity = dims.momentum * old_velocity + (1.0 - dims.dampening) * g;
        let step = ${nesterov ? "g + dims.momentum * new_velocity" : "new_velocity"};
        p -= ${stepVelocity ? "step" : "lr * step"};`;
  },
});
