import { defineKernel, perCall, wgsl } from "../core";
import { SHIFTED_EXP, SHIFTED_SUM, shiftedSum } from "../softmax/softmax";
import { eachQuad, formName, type RowForm, rowArray, rowCode, rowKernel, rowPlan } from "../wgsl/rows";

const DIMS = { R: perCall("rows times steps"), V: perCall("states") };

const definePosterior = (form: RowForm) =>
  defineKernel({
    name: formName("ctc_posterior", form),
    dims: DIMS,
    bindings: {
      alpha: rowArray(form, "read", "R V"),
      beta: rowArray(form, "read", "R V"),
      posterior: rowArray(form, "write", "R V"),
    },
    plan: ({ R, V }, limits) => rowPlan(form, R, V, limits),
    cost: ({ R, V }) => ({ flops: 8 * R * V, bytes: 12 * R * V }),
    wgsl: (plan) =>
      rowCode(
        plan,
        {
          length: "dims.V",
          loads: ["alpha", "beta"],
          store: "posterior",
          scratch: SHIFTED_SUM,
          functions: wgsl`${SHIFTED_EXP}
    fn load_both(base: u32, q: u32, count: u32) -> vec4f {
      return load_alpha(base, q, count) + load_beta(base, q, count);
    }`,
        },
        wgsl`
      ${shiftedSum(plan, "both")}
      let scale = select(0.0, 1.0 / total, total != 0.0);
      ${eachQuad(plan, "store_posterior(base, q, count, scale * shiftedExp(load_both(base, q, count), highest));")}`,
      ),
  });

/**
 * The probability that an alignment of a row is in state s at time t, given the target:
 *   γ_t(s) = α_t(s)·β_t(s) / Σ_r α_t(r)·β_t(r)
 * The sum is the probability of the target at every t, so its logarithm need not be known: offsets of α and β, and what
 * their rounding has in common, drop out, and γ sums to 1 at each time. All 0 where no path reaches.
 */
export const ctcPosterior = rowKernel(definePosterior, { rows: "R", length: "V" });
