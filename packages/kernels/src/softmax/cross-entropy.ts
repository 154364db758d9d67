import { defineKernel, optional, read, wgsl, write } from "../core";
import {
  eachQuad,
  elementOf,
  formName,
  held,
  type RowForm,
  rowArray,
  rowCode,
  rowKernel,
  rowPlan,
  rowSums,
} from "../wgsl/rows";
import { SHIFTED_EXP, SHIFTED_SUM, shiftedSum } from "./softmax";
import { DIMS, OVER_ROWS, REDUCTION, SCALARS, TARGET_CODE, UPSTREAM, upstream } from "./targets";

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
    wgsl: (plan, { has }) =>
      rowCode(
        plan,
        {
          length: "dims.V",
          loads: has.classWeights ? ["logits", "classWeights"] : ["logits"],
          scratch: [...SHIFTED_SUM, "allWeights", "heights"],
          functions: wgsl`${TARGET_CODE} ${SHIFTED_EXP}`,
        },
        wgsl`
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
      }`,
      ),
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
    options: REDUCTION,
    bindings: {
      logits: rowArray(form, "read", "R V"),
      targets: read("i32", "R"),
      classWeights: optional(rowArray(form, "read", "V")),
      stats: read("vec4f", "R"),
      ...UPSTREAM,
      dLogits: rowArray(form, "write", "R V"),
    },
    plan: ({ R, V }, limits) => rowPlan(form, R, V, limits),
    cost: ({ R, V }) => ({ flops: 4 * R * V, bytes: 8 * R * V + 20 * R }),
    wgsl: (plan, { has, options }) =>
      rowCode(
        plan,
        {
          length: "dims.V",
          loads: has.classWeights ? ["logits", "classWeights"] : ["logits"],
          store: "dLogits",
          functions: wgsl`${TARGET_CODE} ${SHIFTED_EXP}`,
        },
        wgsl`
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
      )}`,
      ),
  });

/**
 * Backward of cross-entropy, one dispatch: with p = softmax(x) from the saved statistics,
 *   dx_v = s·((1 − ε)·w_y·(p_v − [v = y]) + ε/V·(p_v·Σ_u w_u − w_v)),   0 in ignored rows,
 * where s is the row's upstream gradient, or the only one, divided by the total weight for a mean. It reads the logits
 * once and writes their gradient once; nothing else is of that size.
 */
export const crossEntropyBackward = rowKernel(defineCrossEntropyBackward, OVER_ROWS);
