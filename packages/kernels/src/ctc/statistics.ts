import { defineKernel, perCall, wgsl, write } from "../core";
import { SHIFTED_EXP, SHIFTED_SUM, shiftedSum } from "../softmax/softmax";
import { formName, held, type RowForm, rowArray, rowCode, rowKernel, rowPlan, rowSums } from "../wgsl/rows";
import { NAN_BITS } from "./states";

const DIMS = { R: perCall("rows"), V: perCall("elements of a row") };

const defineRowStatistics = (form: RowForm) =>
  defineKernel({
    name: formName("row_statistics", form),
    dims: DIMS,
    bindings: { logits: rowArray(form, "read", "R V"), stats: write("vec2f", "R") },
    plan: ({ R, V }, limits) => rowPlan(form, R, V, limits),
    cost: ({ R, V }) => ({ flops: 4 * R * V, bytes: 4 * R * V + 8 * R }),
    wgsl: (plan) =>
      rowCode(
        plan,
        {
          length: "dims.V",
          loads: ["logits"],
          scratch: [...SHIFTED_SUM, "bad"],
          functions: wgsl`${SHIFTED_EXP}
    fn areFinite(x: vec4f) -> vec4<bool> {
      return (bitcast<vec4u>(x) & vec4u(0x7f800000u)) != vec4u(0x7f800000u);
    }`,
        },
        wgsl`
      ${shiftedSum(plan, "logits")}
      ${rowSums(plan, { bad: (sum) => `${sum} + ${held(plan, "select(vec4f(1.0), vec4f(0.0), areFinite(load_logits(base, q, count)))")}` })}
      if (lane == 0u && row < dims.R) {
        let bits = select(bitcast<u32>(logOfTotal(total)), ${NAN_BITS}, bad > 0.0);
        stats[row] = vec2f(highest, bitcast<f32>(bits));
      }`,
      ),
  });

/**
 * What log-softmax needs to know of a row x: (max x, ln Σ_v e^(x_v − max x)), so that ln p_v = (x_v − max x) − the other
 * one, for as few elements as are wanted. Elements at or below −1e29 are masked. The second is a
 * NaN, by its bits, where one of them is infinite or NaN: comparisons lose it on some devices, and a bad logit should make
 * a bad loss.
 */
export const rowStatistics = rowKernel(defineRowStatistics, { rows: "R", length: "V" });
