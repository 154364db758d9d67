import { defineKernel, perCall, wgsl } from "../core";
import {
  eachQuad,
  formName,
  held,
  quadLoad,
  quadStore,
  ROW_CONSTANTS,
  type RowForm,
  type RowPlan,
  rowArray,
  rowHead,
  rowKernel,
  rowMax,
  rowPlan,
  rowScratch,
  rowSums,
} from "../wgsl/rows";

const DIMS = { R: perCall("rows"), V: perCall("elements of a row") };
const OVER_ROWS = { rows: "R", length: "V" };

interface RowArrays {
  readonly loads: readonly string[];
  readonly store: string;
  /** Reductions over a row. */
  readonly scratch: readonly string[];
}

/** WGSL of a kernel over rows: its arrays' loads and stores, then `body` for each row. */
const overRows = (plan: RowPlan, { loads, store, scratch }: RowArrays, body: string): string => wgsl`
    ${ROW_CONSTANTS}
    ${rowScratch(plan, scratch)}
    ${loads.map((name) => quadLoad(plan, name)).join("\n")}
    ${quadStore(plan, store)}
    ${SHIFTED_EXP}
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
      ${rowHead(plan, "dims.R", "dims.V")}
      ${body}
    }`;

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
export const SHIFTED_EXP = `
    fn shiftedExp(x: vec4f, highest: f32) -> vec4f {
      return select(exp(x - highest), vec4f(0.0), x <= vec4f(MASKED));
    }
    fn logOfTotal(total: f32) -> f32 { return log(select(total, 1.0, total < 1.0)); }`;

const defineSoftmax = (form: RowForm) =>
  defineKernel({
    name: formName("softmax", form),
    dims: DIMS,
    bindings: { x: rowArray(form, "read", "R V"), y: rowArray(form, "write", "R V") },
    plan: ({ R, V }, limits) => rowPlan(form, R, V, limits),
    cost: ({ R, V }) => ({ flops: 6 * R * V, bytes: 8 * R * V }),
    wgsl: (plan) =>
      overRows(
        plan,
        { loads: ["x"], store: "y", scratch: SHIFTED_SUM },
        wgsl`
      ${shiftedSum(plan, "x")}
      let scale = select(0.0, 1.0 / total, total != 0.0); // the highest element alone makes 1
      ${eachQuad(plan, "store_y(base, q, count, scale * shiftedExp(load_x(base, q, count), highest));")}`,
      ),
  });

/**
 * Softmax over the last axis: y_v = e^(x_v − max x) / Σ_u e^(x_u − max x). Elements at or below −1e29 are masked and
 * get exactly 0; a fully masked row is all zeros. Zeros and masked elements at a row's end change no bit. The
 * exponential is computed twice: on every device that costs less than writing it and reading it back.
 */
export const softmax = rowKernel(defineSoftmax, OVER_ROWS);

const defineLogSoftmax = (form: RowForm) =>
  defineKernel({
    name: formName("log_softmax", form),
    dims: DIMS,
    bindings: { x: rowArray(form, "read", "R V"), y: rowArray(form, "write", "R V") },
    plan: ({ R, V }, limits) => rowPlan(form, R, V, limits),
    cost: ({ R, V }) => ({ flops: 5 * R * V, bytes: 8 * R * V }),
    wgsl: (plan) =>
      overRows(
        plan,
        { loads: ["x"], store: "y", scratch: SHIFTED_SUM },
        wgsl`
      ${shiftedSum(plan, "x")}
      let logTotal = logOfTotal(total);
      ${eachQuad(
        plan,
        `let v = load_x(base, q, count);
        store_y(base, q, count, select(vec4f(-1e30), (v - highest) - logTotal, v > vec4f(MASKED)));`,
      )}`,
      ),
  });

/**
 * The logarithm of softmax: y_v = (x_v − max x) − ln Σ_u e^(x_u − max x). A masked element, at or below −1e29, gets
 * −1e30, which counts as masked again.
 */
export const logSoftmax = rowKernel(defineLogSoftmax, OVER_ROWS);

const defineSoftmaxBackward = (form: RowForm) =>
  defineKernel({
    name: formName("softmax_backward", form),
    dims: DIMS,
    bindings: {
      y: rowArray(form, "read", "R V"),
      dy: rowArray(form, "read", "R V"),
      dx: rowArray(form, "write", "R V"),
    },
    plan: ({ R, V }, limits) => rowPlan(form, R, V, limits),
    cost: ({ R, V }) => ({ flops: 4 * R * V, bytes: 12 * R * V }),
    wgsl: (plan) =>
      overRows(
        plan,
        { loads: ["y", "dy"], store: "dx", scratch: ["inner"] },
        wgsl`
      ${rowSums(plan, {
        inner: (sum) => `fma(${held(plan, "load_dy(base, q, count)")}, load_y(base, q, count), ${sum})`,
      })}
      ${eachQuad(plan, "store_dx(base, q, count, load_y(base, q, count) * (load_dy(base, q, count) - inner));")}`,
      ),
  });

/** Backward of softmax from its own output: dx_v = y_v·(dy_v − Σ_u dy_u·y_u). Masked elements get 0. */
export const softmaxBackward = rowKernel(defineSoftmaxBackward, OVER_ROWS);

const defineLogSoftmaxBackward = (form: RowForm) =>
  defineKernel({
    name: formName("log_softmax_backward", form),
    dims: DIMS,
    bindings: {
      y: rowArray(form, "read", "R V"),
      dy: rowArray(form, "read", "R V"),
      dx: rowArray(form, "write", "R V"),
    },
    plan: ({ R, V }, limits) => rowPlan(form, R, V, limits),
    cost: ({ R, V }) => ({ flops: 4 * R * V, bytes: 12 * R * V }),
    wgsl: (plan) =>
      overRows(
        plan,
        { loads: ["y", "dy"], store: "dx", scratch: ["total"] },
        wgsl`
      ${rowSums(plan, {
        total: (sum) =>
          `${sum} + ${held(plan, "select(vec4f(0.0), load_dy(base, q, count), load_y(base, q, count) > vec4f(MASKED))")}`,
      })}
      ${eachQuad(
        plan,
        `let v = load_y(base, q, count);
        let d = fma(vec4f(-total), shiftedExp(v, 0.0), load_dy(base, q, count));
        store_dx(base, q, count, select(vec4f(0.0), d, v > vec4f(MASKED)));`,
      )}`,
      ),
  });

/** Backward of the logarithm of softmax from its own output: dx_v = dy_v − e^(y_v)·Σ_u dy_u, over what is not masked. */
export const logSoftmaxBackward = rowKernel(defineLogSoftmaxBackward, OVER_ROWS);
