import { defineKernel, optional, perCall, read, ValueError, wgsl, write } from "../core";
import {
  eachQuad,
  elementOf,
  formName,
  held,
  quadLoad,
  quadStore,
  ROW_CONSTANTS,
  type RowForm,
  rowArray,
  rowHead,
  rowKernel,
  rowPlan,
  rowScratch,
  rowSums,
} from "../wgsl/rows";
import { SHIFTED_EXP, SHIFTED_SUM, shiftedSum } from "./softmax";

/** How the losses of rows become what is asked for. */
export type Reduction = "none" | "sum" | "mean";

const DIMS = { R: perCall("rows"), V: perCall("classes") };
const OVER_ROWS = { rows: "R", length: "V" };
const SCALARS = { ignoreIndex: "i32", smoothing: "f32" } as const;

/** A target that is `ignoreIndex`, or no class at all, takes its row out of everything. */
export const TARGET_CODE = `
    fn isClass(target_: i32) -> bool {
      return target_ != dims.ignoreIndex && target_ >= 0 && u32(target_) < dims.V;
    }`;

const defineCrossEntropy = (form: RowForm) =>
  defineKernel({
    name: formName("cross_entropy", form),
    dims: DIMS,
    scalars: SCALARS,
    bindings: {
      logits: rowArray(form, "read", "R V"),
      targets: read("i32", "R"),
      classWeights: optional(rowArray(form, "read", "V")),
      loss: write("f32", "R"),
      weight: write("f32", "R"),
      stats: write("vec4f", "R"),
    },
    plan: ({ R, V }, limits) => rowPlan(form, R, V, limits),
    cost: ({ R, V }) => ({ flops: 4 * R * V, bytes: 4 * R * V + 28 * R }),
    wgsl: (plan, { has }) => wgsl`
    ${ROW_CONSTANTS}
    ${TARGET_CODE}
    ${rowScratch(plan, [...SHIFTED_SUM, "allWeights", "heights"])}
    ${quadLoad(plan, "logits")}
    ${has.classWeights ? quadLoad(plan, "classWeights") : ""}
    ${SHIFTED_EXP}
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
      ${rowHead(plan, "dims.R", "dims.V")}
      ${shiftedSum(plan, "logits")}
      let logTotal = logOfTotal(total);
      var allWeight = 0.0;
      var spread = 0.0;
      if (dims.smoothing > 0.0) { // Σ_v w_v·(z − x_v) = Σ_v w_v·(z − max x) − Σ_v w_v·(x_v − max x)
        ${rowSums(
          plan,
          {
            allWeights: (sum) => `${sum} + w`,
            heights: (sum) => `fma(w, load_logits(base, q, count) - highest, ${sum})`,
          },
          `let w = ${held(plan, weightOf(has.classWeights))};`,
        )}
        allWeight = allWeights;
        spread = fma(allWeights, logTotal, -heights);
      }
      if (lane == 0u && row < dims.R) {
        let y = targets[row];
        let counts = isClass(y);
        let class_ = select(0u, u32(y), counts);
        let w = select(0.0, ${has.classWeights ? elementOf(plan, "classWeights", "0u", "class_") : "1.0"}, counts);
        let own = w * (logTotal - (${elementOf(plan, "logits", "base", "class_")} - highest));
        let smoothed = fma(1.0 - dims.smoothing, own, dims.smoothing / f32(dims.V) * spread);
        loss[row] = select(0.0, smoothed, counts);
        weight[row] = w;
        stats[row] = vec4f(highest, logTotal, w, allWeight);
      }
    }`,
  });

/** WGSL of the weights of the classes of quad q. */
const weightOf = (isGiven: boolean): string => (isGiven ? "load_classWeights(0u, q, count)" : "vec4f(1.0)");

/**
 * Cross-entropy of logits x against class indices y, with log-softmax inside (PyTorch's CrossEntropyLoss):
 *   ℓ = (1 − ε)·w_y·(z − x_y) + ε/V·Σ_v w_v·(z − x_v),   z = ln Σ_v e^(x_v)
 * with class weights w (1 when absent) and label smoothing ε (Szegedy et al. 2016). Per row it writes ℓ, the weight
 * w_y that a mean divides by (0 for an ignored row, whose ℓ is 0 too), and what backward needs: max x, z − max x, w_y
 * and Σ_v w_v (0 where there is no smoothing). No probability is ever stored. Logits at or below −1e29 are masked.
 */
export const crossEntropy = rowKernel(defineCrossEntropy, OVER_ROWS);

const defineCrossEntropyBackward = (form: RowForm) =>
  defineKernel({
    name: formName("cross_entropy_backward", form),
    dims: DIMS,
    scalars: SCALARS,
    options: { reduction: "mean" as Reduction },
    bindings: {
      logits: rowArray(form, "read", "R V"),
      targets: read("i32", "R"),
      classWeights: optional(rowArray(form, "read", "V")),
      stats: read("vec4f", "R"),
      totalWeight: optional(read("f32", "1")),
      dLoss: read("f32", ({ R = 0 }, { reduction }) => [reduction === "none" ? R : 1]),
      dLogits: rowArray(form, "write", "R V"),
    },
    plan: ({ R, V }, limits) => rowPlan(form, R, V, limits),
    cost: ({ R, V }) => ({ flops: 4 * R * V, bytes: 8 * R * V + 20 * R }),
    wgsl: (plan, { has, options }) => wgsl`
    ${ROW_CONSTANTS}
    ${TARGET_CODE}
    ${quadLoad(plan, "logits")}
    ${has.classWeights ? quadLoad(plan, "classWeights") : ""}
    ${quadStore(plan, "dLogits")}
    ${SHIFTED_EXP}
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
      ${rowHead(plan, "dims.R", "dims.V")}
      if (count == 0u) { return; }
      let y = targets[row];
      let s = ${upstream("crossEntropyBackward", options.reduction, has.totalWeight)};
      let saved = stats[row];
      let perClass = s * dims.smoothing / f32(dims.V);
      let own = s * (1.0 - dims.smoothing) * saved.z;
      let scale = fma(perClass, saved.w, own);
      let counts = vec4<bool>(isClass(y));
      let at = u32(max(y, 0));
      ${eachQuad(
        plan,
        `let p = shiftedExp(load_logits(base, q, count) - saved.y, saved.x);
        let w = ${weightOf(has.classWeights)};
        let hit = select(vec4f(0.0), vec4f(own), 4u * q + vec4u(0u, 1u, 2u, 3u) == vec4u(at));
        let d = fma(vec4f(-perClass), w, fma(vec4f(scale), p, -hit));
        store_dLogits(base, q, count, select(vec4f(0.0), d, counts));`,
      )}
    }`,
  });

/**
 * Backward of cross-entropy, one dispatch: with p = softmax(x) from the saved statistics,
 *   dx_v = s·((1 − ε)·w_y·(p_v − [v = y]) + ε/V·(p_v·Σ_u w_u − w_v)),   0 in ignored rows,
 * where s is the row's upstream gradient, or the only one, divided by the total weight for a mean. It reads the logits
 * once and writes their gradient once; nothing else is of that size.
 */
export const crossEntropyBackward = rowKernel(defineCrossEntropyBackward, OVER_ROWS);

/** WGSL of the gradient that reaches a row's loss. */
export function upstream(where: string, reduction: Reduction, hasTotal: boolean): string {
  if (reduction === "none") return "dLoss[row]";
  if (reduction === "sum") return "dLoss[0]";
  if (!hasTotal) {
    throw new ValueError({
      where,
      what: 'binding "totalWeight"',
      expected: "given for the reduction mean",
      received: "missing",
      remedy: "Pass what reduceLoss wrote.",
    });
  }
  // all rows ignored: the mean is 0 and so is its gradient
  return "select(0.0, dLoss[0] / totalWeight[0], totalWeight[0] != 0.0)";
}
