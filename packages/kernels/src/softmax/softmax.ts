import { defineKernel, perCall, wgsl } from "../core";
import {
  eachQuad,
  formName,
  held,
  ROW_CONSTANTS,
  type RowForm,
  type RowPlan,
  rowArray,
  rowCode,
  rowKernel,
  rowMax,
  rowPlan,
  rowSums,
} from "../wgsl/rows";

const DIMS = { R: perCall("rows"), V: perCall("elements of a row") };
const OVER_ROWS = { rows: "R", length: "V" };

/** The reductions of `shiftedSum`. */
export const SHIFTED_SUM = ["highest", "total"] as const;

/** `highest` of a row x, and `total` = Σ e^(x − highest) over what is not masked. */
export function shiftedSum(plan: RowPlan, x: string): string {
  const load = `load_${x}(base, q, count)`;
  return wgsl`
      ${rowMax(plan, "highest", load)}
      ${rowSums(plan, { total: (sum) => `${sum} + ${held(plan, `shiftedExp(${load}, highest)`)}` })}`;
}

/**
 * e^(x − highest), exactly 0 for what is masked. The argument is never positive, so nothing overflows, and all finite
 * where it is not masked. The comparison is turned so that a NaN passes: a bad logit should make a bad loss, not vanish.
 */
export const SHIFTED_EXP = `${ROW_CONSTANTS}
    fn shiftedExp(x: vec4f, highest: f32) -> vec4f {
      return select(exp(x - highest), vec4f(0.0), x <= vec4f(MASKED));
    }
    fn logOfTotal(total: f32) -> f32 { return log(select(total, 1.0, total < 1.0)); }`;

/** A kernel that makes y of `highest` and `total` of each row; `flops` of each element. */
const defineForward = (name: string, flops: number, finish: (plan: RowPlan) => string) => (form: RowForm) =>
  defineKernel({
    name: formName(name, form),
    dims: DIMS,
    bindings: { x: rowArray(form, "read", "R V"), y: rowArray(form, "write", "R V") },
    plan: ({ R, V }, limits) => rowPlan(form, R, V, limits),
    cost: ({ R, V }) => ({ flops: flops * R * V, bytes: 8 * R * V }),
    wgsl: (plan) =>
      rowCode(
        plan,
        { length: "dims.V", loads: ["x"], store: "y", scratch: SHIFTED_SUM, functions: SHIFTED_EXP },
        wgsl`
      ${shiftedSum(plan, "x")}
      ${finish(plan)}`,
      ),
  });

/**
 * Softmax over the last axis: y_v = e^(x_v − max x) / Σ_u e^(x_u − max x). Elements at or below −1e29 are masked and
 * get exactly 0; a fully masked row is all zeros. Zeros and masked elements at a row's end change no bit. The
 * exponential is computed twice: on every device that costs less than writing it and reading it back.
 */
export const softmax = rowKernel(
  defineForward(
    "softmax",
    6,
    (plan) => wgsl`
      let scale = select(0.0, 1.0 / total, total != 0.0); // the highest element alone makes 1
      ${eachQuad(plan, "store_y(base, q, count, scale * shiftedExp(load_x(base, q, count), highest));")}`,
  ),
  OVER_ROWS,
);

/**
 * The logarithm of softmax: y_v = (x_v − max x) − ln Σ_u e^(x_u − max x). A masked element, at or below −1e29, gets
 * −1e30, which counts as masked again.
 */
export const logSoftmax = rowKernel(
  defineForward(
    "log_softmax",
    5,
    (plan) => wgsl`
      let logTotal = logOfTotal(total);
      ${eachQuad(
        plan,
        `let v = load_x(base, q, count);
        store_y(base, q, count, select(vec4f(-1e30), (v - highest) - logTotal, v > vec4f(MASKED)));`,
      )}`,
  ),
  OVER_ROWS,
);

/** A kernel that makes dx of y and dy, with `inner`, a sum over each row to which `term` is added. */
const defineBackward = (name: string, term: (plan: RowPlan, sum: string) => string, dx: string) => (form: RowForm) =>
  defineKernel({
    name: formName(name, form),
    dims: DIMS,
    bindings: {
      y: rowArray(form, "read", "R V"),
      dy: rowArray(form, "read", "R V"),
      dx: rowArray(form, "write", "R V"),
    },
    plan: ({ R, V }, limits) => rowPlan(form, R, V, limits),
    cost: ({ R, V }) => ({ flops: 4 * R * V, bytes: 12 * R * V }),
    wgsl: (plan) =>
      rowCode(
        plan,
        { length: "dims.V", loads: ["y", "dy"], store: "dx", scratch: ["inner"], functions: SHIFTED_EXP },
        wgsl`
      ${rowSums(plan, { inner: (sum) => term(plan, sum) })}
      ${eachQuad(plan, dx)}`,
      ),
  });

/** Backward of softmax from its own output: dx_v = y_v·(dy_v − Σ_u dy_u·y_u). Masked elements get 0. */
export const softmaxBackward = rowKernel(
  defineBackward(
    "softmax_backward",
    (plan, sum) => `fma(${held(plan, "load_dy(base, q, count)")}, load_y(base, q, count), ${sum})`,
    "store_dx(base, q, count, load_y(base, q, count) * (load_dy(base, q, count) - inner));",
  ),
  OVER_ROWS,
);

/** Backward of the logarithm of softmax from its own output: dx_v = dy_v − e^(y_v)·Σ_u dy_u, over what is not masked. */
export const logSoftmaxBackward = rowKernel(
  defineBackward(
    "log_softmax_backward",
    (plan, sum) =>
      `${sum} + ${held(plan, "select(vec4f(0.0), load_dy(base, q, count), load_y(base, q, count) > vec4f(MASKED))")}`,
    `let v = load_y(base, q, count);
        let d = fma(vec4f(-inner), shiftedExp(v, 0.0), load_dy(base, q, count));
        store_dx(base, q, count, select(vec4f(0.0), d, v > vec4f(MASKED)));`,
  ),
  OVER_ROWS,
);
