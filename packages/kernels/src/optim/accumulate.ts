import { defineKernel, optional, perCall, read, update, write } from "../core";
import { eachFour, fours, foursPlan } from "./fours";

/**
 * Gradient accumulation over all parameters of an array at once: total ← total + weight·g, and the same of the loss.
 * The first addition is to zeros: `finishAccumulation` leaves them. Where parameters lie in several arrays, one call of
 * them is given `loss` and `totalLoss`.
 */
export const accumulate = defineKernel({
  name: "accumulate",
  dims: { n: perCall("words of the flat arrays") },
  scalars: { weight: "f32" },
  bindings: {
    gradients: read("vec4f", fours),
    loss: optional(read("f32", "1")),
    total: update("vec4f", fours),
    totalLoss: optional(update("f32", "1")),
  },
  plan: ({ n }, limits) => foursPlan(n, limits),
  cost: ({ n }) => ({ flops: 2 * n, bytes: 12 * n }),
  wgsl: (plan, { has }) =>
    eachFour(
      plan,
      `let sum = total[i];
        total[i] = select(sum, fma(vec4f(dims.weight), gradients[i], sum), within);`,
      has.totalLoss ? "if (invocation == 0u) { totalLoss[0] = fma(dims.weight, loss[0], totalLoss[0]); }" : "",
    ),
});

/** Ends an accumulation: g ← total/weight, the same of the loss, weight that of all that was added, and total ← 0. */
export const finishAccumulation = defineKernel({
  name: "finish_accumulation",
  dims: { n: perCall("words of the flat arrays") },
  scalars: { weight: "f32" },
  bindings: {
    gradients: update("vec4f", fours),
    total: update("vec4f", fours),
    loss: optional(write("f32", "1")),
    totalLoss: optional(update("f32", "1")),
  },
  plan: ({ n }, limits) => foursPlan(n, limits),
  cost: ({ n }) => ({ flops: n, bytes: 12 * n }),
  wgsl: (plan, { has }) =>
    eachFour(
      plan,
      `gradients[i] = select(gradients[i], total[i] / dims.weight, within);
        total[i] = select(total[i], vec4f(), within);`,
      has.totalLoss
        ? `if (invocation == 0u) {
        loss[0] = totalLoss[0] / dims.weight;
        totalLoss[0] = 0.0;
      }`
        : "",
    ),
});
