import { type DimValues, defineKernel, flatPlan, read, wgsl, write } from "../core";
import { CTC_SCALARS, ctcDims, ctcInputs, INFINITY_BITS, statesShape } from "./states";

/** How the losses of rows become what is asked for; `mean` divides each by its target's length first, as PyTorch does. */
export type CtcReduction = "none" | "sum" | "mean";

const { B, L, C } = ctcDims;
const indexShape = ({ B = 0, L = 0, C = 0 }: DimValues): number[] => [B, C + 1 + L];

/**
 * Where each class stands in a row's target: for a row of n labels
 *   index[c] = labels below class c, c = 0 … C;   index[C + 1 + i] = place of the i-th label by class, then by place
 * So the places of class c are those from index[c] to index[c + 1], and n is index[C].
 */
export const ctcIndex = defineKernel({
  name: "ctc_index",
  dims: { B, L, C },
  bindings: {
    targets: ctcInputs.targets,
    targetLengths: ctcInputs.targetLengths,
    index: write("u32", indexShape),
  },
  plan: ({ B, L, C }, limits) => flatPlan(B * (C + 1 + L), limits),
  cost: ({ B, L, C }) => ({ flops: B * L * (C + 1 + L), bytes: 4 * B * (C + 1 + 2 * L) }),
  wgsl: (plan) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let n = id.x + id.y * ${plan.width}u;
      let width = dims.C + 1u + dims.L;
      if (n >= dims.B * width) { return; }
      let row = n / width;
      let k = n % width;
      let first = row * dims.L;
      let count = min(targetLengths[row], dims.L);
      let isClass = k <= dims.C;
      let place = select(k - dims.C - 1u, 0u, isClass);
      let own = select(bitcast<u32>(targets[first + place]), k, isClass);
      var before = 0u;
      for (var i = 0u; i < count; i++) {
        let label = bitcast<u32>(targets[first + i]);
        before += select(0u, 1u, label < own || (!isClass && label == own && i < place));
      }
      if (isClass) {
        index[n] = before;
      } else {
        index[row * width + dims.C + 1u + select(place, before, place < count)] = place;
      }
    }`,
});

/**
 * The gradient with respect to the logits x of a row (Graves et al. 2006, eq. 16), log-softmax inside:
 *   dx_t(c) = u·(p_t(c) − Σ_{s: l′_s = c} γ_t(s)),   p = softmax(x)
 * with u the gradient of the row's loss, and 0 past the row's length and in a row whose loss is infinite. An invocation
 * to each element adds the states of its class in their order, so a label may come as often as it likes.
 */
export const ctcGradient = defineKernel({
  name: "ctc_gradient",
  dims: ctcDims,
  scalars: CTC_SCALARS,
  options: { reduction: "mean" as CtcReduction },
  bindings: {
    logits: ctcInputs.logits,
    stats: ctcInputs.stats,
    posterior: read("f32", statesShape),
    index: {
      ...read("u32", indexShape),
      sample: (dims: DimValues) => new Array<number>(indexShape(dims).reduce((a, b) => a * b)).fill(0),
    },
    inputLengths: ctcInputs.inputLengths,
    loss: read("f32", "B"),
    dLoss: read("f32", ({ B = 0 }, { reduction }) => [reduction === "none" ? B : 1]),
    dLogits: write("f32", "B T C"),
  },
  plan: ({ B, T, C }, limits) => flatPlan(B * T * C, limits),
  cost: ({ B, T, L, C }) => ({ flops: B * T * (5 * C + 2 * L), bytes: 4 * B * T * (2 * C + 2 * L + 3) }),
  wgsl: (plan, { options: { reduction } }) => wgsl`
    const MASKED: f32 = -1e29;
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let n = id.x + id.y * ${plan.width}u;
      if (n >= dims.B * dims.T * dims.C) { return; }
      let class_ = n % dims.C;
      let at = n / dims.C;
      let row = at / dims.T;
      if (at % dims.T >= inputLengths[row] || bitcast<u32>(loss[row]) == ${INFINITY_BITS}) {
        dLogits[n] = 0.0;
        return;
      }
      let table = row * (dims.C + 1u + dims.L);
      let first = at * (2u * dims.L + 1u);
      let labels = index[table + dims.C];
      var sum = 0.0;
      if (class_ == dims.blank) {
        for (var i = 0u; i <= labels; i++) { sum += posterior[first + 2u * i]; }
      } else {
        for (var i = index[table + class_]; i < index[table + class_ + 1u]; i++) {
          sum += posterior[first + 2u * index[table + dims.C + 1u + i] + 1u];
        }
      }
      let x = logits[n];
      let z = stats[at];
      let p = select(exp((x - z.x) - z.y), 0.0, x <= MASKED);
      dLogits[n] = ${SCALES[reduction]} * (p - sum);
    }`,
});

/** WGSL of u, the gradient that reaches a row's loss. */
const SCALES: Readonly<Record<CtcReduction, string>> = {
  none: "dLoss[row]",
  sum: "dLoss[0]",
  mean: "(dLoss[0] / f32(dims.B * max(labels, 1u)))",
};
