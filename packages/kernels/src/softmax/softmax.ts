import { defineKernel, perCall, read, wgsl, write } from "../core";
import {
  eachQuad,
  quadLoad,
  quadStore,
  ROW_CONSTANTS,
  type RowPlan,
  rowFunctions,
  rowHead,
  rowPlan,
} from "../wgsl/rows";

const DIMS = { R: perCall("rows"), V: perCall("elements of a row") };

/** WGSL of a kernel over rows: its arrays' loads and stores, then `body` for each row. */
const overRows = (plan: RowPlan, arrays: { loads: readonly string[]; store: string }, body: string): string => wgsl`
    ${ROW_CONSTANTS}
    ${rowFunctions(plan)}
    ${arrays.loads.map(quadLoad).join("\n")}
    ${quadStore(arrays.store)}
    ${SHIFTED_EXP}
    @compute @workgroup_size(64)
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
      ${rowHead(plan, "dims.R", "dims.V")}
      ${body}
    }`;

/** `highest` of a row x, and `total` = Σ e^(x − highest) over what is not masked. */
export function shiftedSum(plan: RowPlan, x: string): string {
  return wgsl`
      var most = vec4f(LOWEST);
      ${eachQuad(plan, `most = max(most, load_${x}(base, i, count));`)}
      let highest = rowMax(most, index);
      var sum = vec4f(0.0);
      ${eachQuad(plan, `sum += shiftedExp(load_${x}(base, i, count), highest, inside);`)}
      let total = rowSum(sum, index);`;
}

/**
 * e^(x − highest), exactly 0 for what is masked or past the row's end. The argument is never positive. Comparisons
 * are turned so that a NaN passes through them: a bad logit should make a bad loss, not vanish.
 */
export const SHIFTED_EXP = `
    fn shiftedExp(x: vec4f, highest: f32, inside: vec4<bool>) -> vec4f {
      let d = x - highest;
      let e = exp(select(d, vec4f(-87.0), d < vec4f(-87.0)));
      return select(vec4f(0.0), e, inside & !(x <= vec4f(MASKED)));
    }
    fn logOfTotal(total: f32) -> f32 { return log(select(total, 1.0, total < 1.0)); }`;

/**
 * Softmax over the last axis: y_v = e^(x_v − max x) / Σ_u e^(x_u − max x). Elements at or below −1e29 are masked and
 * get exactly 0; a fully masked row is all zeros. Zeros and masked elements at a row's end change no bit.
 */
export const softmax = defineKernel({
  name: "softmax",
  dims: DIMS,
  bindings: { x: read("f32", "R V"), y: write("f32", "R V") },
  plan: ({ R, V }, limits) => rowPlan(R, V, limits),
  cost: ({ R, V }) => ({ flops: 6 * R * V, bytes: 8 * R * V }),
  wgsl: (plan) =>
    overRows(
      plan,
      { loads: ["x"], store: "y" },
      wgsl`
      ${shiftedSum(plan, "x")}
      let scale = select(0.0, 1.0 / total, total != 0.0); // the highest element alone makes 1
      ${eachQuad(plan, "store_y(base, i, count, scale * shiftedExp(load_x(base, i, count), highest, inside));")}`,
    ),
});

/**
 * The logarithm of softmax: y_v = (x_v − max x) − ln Σ_u e^(x_u − max x). A masked element, at or below −1e29, gets
 * −1e30, which counts as masked again.
 */
export const logSoftmax = defineKernel({
  name: "log_softmax",
  dims: DIMS,
  bindings: { x: read("f32", "R V"), y: write("f32", "R V") },
  plan: ({ R, V }, limits) => rowPlan(R, V, limits),
  cost: ({ R, V }) => ({ flops: 5 * R * V, bytes: 8 * R * V }),
  wgsl: (plan) =>
    overRows(
      plan,
      { loads: ["x"], store: "y" },
      wgsl`
      ${shiftedSum(plan, "x")}
      let logTotal = logOfTotal(total);
      ${eachQuad(
        plan,
        `let v = load_x(base, i, count);
        store_y(base, i, count, select(vec4f(-1e30), (v - highest) - logTotal, v > vec4f(MASKED)));`,
      )}`,
    ),
});

/** Backward of softmax from its own output: dx_v = y_v·(dy_v − Σ_u dy_u·y_u). Masked elements get 0. */
export const softmaxBackward = defineKernel({
  name: "softmax_backward",
  dims: DIMS,
  bindings: { y: read("f32", "R V"), dy: read("f32", "R V"), dx: write("f32", "R V") },
  plan: ({ R, V }, limits) => rowPlan(R, V, limits),
  cost: ({ R, V }) => ({ flops: 4 * R * V, bytes: 12 * R * V }),
  wgsl: (plan) =>
    overRows(
      plan,
      { loads: ["y", "dy"], store: "dx" },
      wgsl`
      var sum = vec4f(0.0);
      ${eachQuad(plan, "sum += select(vec4f(0.0), load_dy(base, i, count) * load_y(base, i, count), inside);")}
      let inner = rowSum(sum, index);
      ${eachQuad(plan, "store_dx(base, i, count, load_y(base, i, count) * (load_dy(base, i, count) - inner));")}`,
    ),
});

/** Backward of the logarithm of softmax from its own output: dx_v = dy_v − e^(y_v)·Σ_u dy_u, over what is not masked. */
export const logSoftmaxBackward = defineKernel({
  name: "log_softmax_backward",
  dims: DIMS,
  bindings: { y: read("f32", "R V"), dy: read("f32", "R V"), dx: write("f32", "R V") },
  plan: ({ R, V }, limits) => rowPlan(R, V, limits),
  cost: ({ R, V }) => ({ flops: 4 * R * V, bytes: 12 * R * V }),
  wgsl: (plan) =>
    overRows(
      plan,
      { loads: ["y", "dy"], store: "dx" },
      wgsl`
      var sum = vec4f(0.0);
      ${eachQuad(
        plan,
        `let open = inside & (load_y(base, i, count) > vec4f(MASKED));
        sum += select(vec4f(0.0), load_dy(base, i, count), open);`,
      )}
      let total = rowSum(sum, index);
      ${eachQuad(
        plan,
        `let v = load_y(base, i, count);
        let d = load_dy(base, i, count) - total * shiftedExp(v, 0.0, inside);
        store_dx(base, i, count, select(vec4f(0.0), d, v > vec4f(MASKED)));`,
      )}`,
    ),
});
