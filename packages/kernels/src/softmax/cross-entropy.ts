import { defineKernel, optional, perCall, read, ValueError, wgsl, write } from "../core";
import { eachQuad, quadLoad, quadStore, ROW_CONSTANTS, rowFunctions, rowHead, rowPlan } from "../wgsl/rows";
import { SHIFTED_EXP, shiftedSum } from "./softmax";

/** How the losses of rows become what is asked for. */
export type Reduction = "none" | "sum" | "mean";

const DIMS = { R: perCall("rows"), V: perCall("classes") };
const SCALARS = { ignoreIndex: "i32", smoothing: "f32" } as const;

/** A target that is `ignoreIndex`, or no class at all, takes its row out of everything. */
export const TARGET_CODE = `
    fn isClass(target_: i32) -> bool {
      return target_ != dims.ignoreIndex && target_ >= 0 && u32(target_) < dims.V;
    }`;

/**
 * Cross-entropy of logits x against class indices y, with log-softmax inside (PyTorch's CrossEntropyLoss):
 *   ℓ = (1 − ε)·w_y·(z − x_y) + ε/V·Σ_v w_v·(z − x_v),   z = ln Σ_v e^(x_v)
 * with class weights w (1 when absent) and label smoothing ε (Szegedy et al. 2016). Per row it writes ℓ, the weight
 * w_y that a mean divides by (0 for an ignored row, whose ℓ is 0 too), and what backward needs: max x, z − max x, w_y
 * and Σ_v w_v (0 where there is no smoothing). No probability is ever stored. Logits at or below −1e29 are masked.
 */
export const crossEntropy = defineKernel({
  name: "cross_entropy",
  dims: DIMS,
  scalars: SCALARS,
  bindings: {
    logits: read("f32", "R V"),
    targets: read("i32", "R"),
    classWeights: optional(read("f32", "V")),
    loss: write("f32", "R"),
    weight: write("f32", "R"),
    stats: write("vec4f", "R"),
  },
  plan: ({ R, V }, limits) => rowPlan(R, V, limits),
  cost: ({ R, V }) => ({ flops: 4 * R * V, bytes: 4 * R * V + 28 * R }),
  wgsl: (plan, { has }) => wgsl`
    ${ROW_CONSTANTS}
    ${TARGET_CODE}
    ${rowFunctions(plan)}
    ${quadLoad("logits")}
    ${has.classWeights ? quadLoad("classWeights") : ""}
    ${SHIFTED_EXP}
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
      ${rowHead(plan, "dims.R", "dims.V")}
      ${shiftedSum(plan, "logits")}
      let logTotal = logOfTotal(total);
      var allWeights = 0.0;
      var spread = 0.0;
      if (dims.smoothing > 0.0) { // Σ_v w_v·(z − x_v) = Σ_v w_v·(z − max x) − Σ_v w_v·(x_v − max x)
        var weights = vec4f(0.0);
        var heights = vec4f(0.0);
        ${eachQuad(
          plan,
          `let w = select(vec4f(0.0), ${has.classWeights ? "load_classWeights(0u, i, count)" : "vec4f(1.0)"}, inside);
          weights += w;
          heights += w * (load_logits(base, i, count) - highest);`,
        )}
        allWeights = rowSum(weights, index);
        spread = allWeights * logTotal - rowSum(heights, index);
      }
      if (lane == 0u && row < dims.R) {
        let y = targets[row];
        let counts = isClass(y);
        let class_ = select(0u, u32(y), counts);
        let w = select(0.0, ${has.classWeights ? "classWeights[class_]" : "1.0"}, counts);
        let own = w * (logTotal - (logits[base + class_] - highest));
        let smoothed = (1.0 - dims.smoothing) * own + dims.smoothing / f32(dims.V) * spread;
        loss[row] = select(0.0, smoothed, counts);
        weight[row] = w;
        stats[row] = vec4f(highest, logTotal, w, allWeights);
      }
    }`,
});

/**
 * Backward of cross-entropy, one dispatch: with p = softmax(x) from the saved statistics,
 *   dx_v = s·((1 − ε)·w_y·(p_v − [v = y]) + ε/V·(p_v·Σ_u w_u − w_v)),   0 in ignored rows,
 * where s is the row's upstream gradient, or the only one, divided by the total weight for a mean.
 */
export const crossEntropyBackward = defineKernel({
  name: "cross_entropy_backward",
  dims: DIMS,
  scalars: SCALARS,
  options: { reduction: "mean" as Reduction },
  bindings: {
    logits: read("f32", "R V"),
    targets: read("i32", "R"),
    classWeights: optional(read("f32", "V")),
    stats: read("vec4f", "R"),
    totalWeight: optional(read("f32", "1")),
    dLoss: read("f32", ({ R = 0 }, { reduction }) => [reduction === "none" ? R : 1]),
    dLogits: write("f32", "R V"),
  },
  plan: ({ R, V }, limits) => rowPlan(R, V, limits),
  cost: ({ R, V }) => ({ flops: 4 * R * V, bytes: 8 * R * V + 20 * R }),
  wgsl: (plan, { has, options }) => wgsl`
    ${ROW_CONSTANTS}
    ${TARGET_CODE}
    ${quadLoad("logits")}
    ${has.classWeights ? quadLoad("classWeights") : ""}
    ${quadStore("dLogits")}
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
      let scale = own + perClass * saved.w;
      let counts = vec4<bool>(isClass(y));
      let at = u32(max(y, 0));
      ${eachQuad(
        plan,
        `let p = shiftedExp(load_logits(base, i, count) - saved.y, saved.x, inside);
        let w = ${has.classWeights ? "load_classWeights(0u, i, count)" : "vec4f(1.0)"};
        let hit = select(vec4f(0.0), vec4f(own), vec4u(i, i + 1u, i + 2u, i + 3u) == vec4u(at));
        store_dLogits(base, i, count, select(vec4f(0.0), scale * p - hit - perClass * w, counts));`,
      )}
    }`,
});

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
