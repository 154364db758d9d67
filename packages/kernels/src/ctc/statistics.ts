import { defineKernel, perCall, wgsl, write } from "../core";
import { SHIFTED_EXP, SHIFTED_SUM, shiftedSum } from "../softmax/softmax";
import {
  formName,
  quadLoad,
  ROW_CONSTANTS,
  type RowForm,
  rowArray,
  rowHead,
  rowKernel,
  rowPlan,
  rowScratch,
} from "../wgsl/rows";

const DIMS = { R: perCall("rows"), V: perCall("elements of a row") };

const defineRowStatistics = (form: RowForm) =>
  defineKernel({
    name: formName("row_statistics", form),
    dims: DIMS,
    bindings: { logits: rowArray(form, "read", "R V"), stats: write("vec2f", "R") },
    plan: ({ R, V }, limits) => rowPlan(form, R, V, limits),
    cost: ({ R, V }) => ({ flops: 4 * R * V, bytes: 4 * R * V + 8 * R }),
    wgsl: (plan) => wgsl`
    ${ROW_CONSTANTS}
    ${rowScratch(plan, SHIFTED_SUM)}
    ${quadLoad(plan, "logits")}
    ${SHIFTED_EXP}
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
      ${rowHead(plan, "dims.R", "dims.V")}
      ${shiftedSum(plan, "logits")}
      if (lane == 0u && row < dims.R) { stats[row] = vec2f(highest, logOfTotal(total)); }
    }`,
  });

/**
 * What log-softmax needs to know of a row x: (max x, ln Σ_v e^(x_v − max x)), so that ln p_v = (x_v − max x) − the other
 * one, for as few elements as are wanted. Elements at or below −1e29 are masked.
 */
export const rowStatistics = rowKernel(defineRowStatistics, { rows: "R", length: "V" });
