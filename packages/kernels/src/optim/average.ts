import { defineKernel, perCall, read, update } from "../core";
import { eachFour, fours, foursPlan } from "./fours";

/**
 * A running average of all parameters at once: a ← a + share·(p − a). A share of 1 − decay makes the exponential moving
 * average (Polyak & Juditsky 1992), one of 1/k at the k-th call the mean (Izmailov et al. 2018). A share of 1 is exact: a = p.
 */
export const averageParameters = defineKernel({
  name: "average_parameters",
  dims: { n: perCall("words of the flat arrays") },
  scalars: { share: "f32" },
  bindings: { parameters: read("vec4f", fours), average: update("vec4f", fours) },
  plan: ({ n }, limits) => foursPlan(n, limits),
  cost: ({ n }) => ({ flops: 3 * n, bytes: 12 * n }),
  wgsl: (plan) =>
    eachFour(
      plan,
      `let a = average[i];
        let p = parameters[i];
        let next = select(a + dims.share * (p - a), p, dims.share == 1.0);
        average[i] = select(a, next, within);`,
    ),
});

/** Exchanges the parameters and their average, so that the model computes with the other. */
export const swapParameters = defineKernel({
  name: "swap_parameters",
  dims: { n: perCall("words of the flat arrays") },
  bindings: { parameters: update("vec4f", fours), average: update("vec4f", fours) },
  plan: ({ n }, limits) => foursPlan(n, limits),
  cost: ({ n }) => ({ flops: 0, bytes: 16 * n }),
  wgsl: (plan) =>
    eachFour(
      plan,
      `let p = parameters[i];
        let a = average[i];
        parameters[i] = select(p, a, within);
        average[i] = select(a, p, within);`,
    ),
});
