import { defineKernel, withVariants, write } from "../core";
import { CTC_SCALARS, ctcDims, ctcInputs, statesShape } from "./states";
import { PLAIN, type WalkCut, walkCode, walkCost, walkDispatches, walkPlan, walkVariants } from "./walk";

const defineForward = (cut: WalkCut) =>
  defineKernel({
    name: `ctc_forward${cut.name}`,
    dims: ctcDims,
    scalars: CTC_SCALARS,
    bindings: {
      ...ctcInputs,
      alpha: write("f32", statesShape),
      offsets: write("f32", "B T"),
      loss: write("f32", "B"),
    },
    repeat: (sizes, _, limits) => walkDispatches(sizes, limits),
    plan: (sizes, limits) => walkPlan(cut, sizes, limits),
    cost: walkCost,
    wgsl: (plan) => walkCode(plan, { isReverse: false, out: "alpha" }),
  });

/**
 * Forward variables of connectionist temporal classification (Graves et al. 2006, eqs. 5 to 8), in logarithms: with
 * l′ = blank, l₁, blank, …, l_L, blank and y = softmax of the logits,
 *   α_1(1) = y_1(l′_1),  α_1(2) = y_1(l′_2),   α_t(s) = y_t(l′_s)·(α_{t−1}(s) + α_{t−1}(s−1) + [l′_s ≠ l′_{s−2}, no blank]·α_{t−1}(s−2))
 * and the loss −ln(α_T(S) + α_T(S−1)) of each row, +∞ where it has fewer steps than its target needs. ln α_t(s) is
 * `alpha` plus the row's `offsets` at t; states and steps past a row's own are −1e30. A workgroup walks over a whole row.
 */
export const ctcForward = withVariants(defineForward(PLAIN), walkVariants(defineForward));

const defineBackward = (cut: WalkCut) =>
  defineKernel({
    name: `ctc_backward${cut.name}`,
    dims: ctcDims,
    scalars: CTC_SCALARS,
    bindings: { ...ctcInputs, beta: write("f32", statesShape), offsets: write("f32", "B T") },
    repeat: (sizes, _, limits) => walkDispatches(sizes, limits),
    plan: (sizes, limits) => walkPlan(cut, sizes, limits),
    cost: walkCost,
    wgsl: (plan) => walkCode(plan, { isReverse: true, out: "beta" }),
  });

/**
 * Backward variables (Graves et al. 2006, eqs. 9 to 11), without the emission at their own time:
 *   β_T(S) = β_T(S−1) = 1,   β_t(s) = Σ y_{t+1}(l′_r)·β_{t+1}(r)   over r = s, s + 1 and, as forwards, s + 2
 * so that α_t(s)·β_t(s) is the probability of all paths through s at t. ln β_t(s) is `beta` plus `offsets` at t.
 */
export const ctcBackward = withVariants(defineBackward(PLAIN), walkVariants(defineBackward));
