import { defineKernel, perCall, read, update, wgsl } from "../core";
import { SKIP_UNLESS_FINITE } from "./clip";
import { eachFour, fours, foursPlan } from "./fours";
import { REPORT_WORDS } from "./report";
import { ROW_OF } from "./settings";

/**
 * The last call of rules that scale the step of each parameter as a whole, LAMB and Adafactor: with u the direction that
 * the call before has put in the place of the gradient, and k its parameter,
 *   p ← p − scales[k]·u;   with `decoupled` p shrinks by lr_k·weightDecay_k·p first
 */
export const applyDirection = defineKernel({
  name: "apply_direction",
  dims: { n: perCall("words of the flat arrays"), P: perCall("parameters") },
  options: { decoupled: false },
  bindings: {
    parameters: update("vec4f", fours),
    directions: read("vec4f", fours),
    settings: read("vec4u", "P"),
    scales: read("f32", "P"),
    report: read("u32", `${REPORT_WORDS}`),
  },
  plan: ({ n }, limits) => foursPlan(n, limits),
  cost: ({ n }) => ({ flops: 3 * n, bytes: 12 * n }),
  wgsl: (plan, { options: { decoupled } }) => wgsl`
    ${ROW_OF}
    ${eachFour(
      plan,
      `let k = rowOf(4u * i);
        let before = parameters[i];
        var p = before;
        ${decoupled ? "p -= bitcast<f32>(settings[k].y) * bitcast<f32>(settings[k].z) * p;" : ""}
        p -= scales[k] * directions[i];
        parameters[i] = select(before, p, within);`,
      SKIP_UNLESS_FINITE,
    )}`,
});
