import { defineKernel, flatPlan, optional, read, wgsl, write } from "../core";
import { eachQuad, elementOf, formName, type RowForm, rowArray, rowCode, rowKernel, rowPlan } from "../wgsl/rows";
import { DIMS, OVER_ROWS, REDUCTION, SCALARS, TARGET_CODE, UPSTREAM, upstream } from "./targets";

/**
 * Negative log-likelihood of class indices y under log-probabilities q (PyTorch's NLLLoss, with smoothing as in
 * cross-entropy):   ℓ = −(1 − ε)·w_y·q_y − ε/V·Σ_v w_v·q_v.
 * Writes per row ℓ and w_y, both 0 for an ignored row. One invocation per row; it walks the row only to smooth.
 */
export const nll = defineKernel({
  name: "nll",
  dims: DIMS,
  scalars: SCALARS,
  bindings: {
    logProbabilities: read("f32", "R V"),
    targets: read("i32", "R"),
    classWeights: optional(read("f32", "V")),
    loss: write("f32", "R"),
    weight: write("f32", "R"),
  },
  plan: ({ R }, limits) => flatPlan(R, limits),
  cost: ({ R }) => ({ flops: 2 * R, bytes: 16 * R }),
  wgsl: (plan, { has }) => wgsl`
    ${TARGET_CODE}
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let row = id.x + id.y * ${plan.width}u;
      if (row >= dims.R) { return; }
      let y = targets[row];
      let counts = isClass(y);
      var w = 0.0;
      var value = 0.0;
      if (counts) {
        w = ${has.classWeights ? "classWeights[y]" : "1.0"};
        value = -w * logProbabilities[row * dims.V + u32(y)];
        if (dims.smoothing > 0.0) {
          var spread = 0.0;
          for (var v = 0u; v < dims.V; v++) {
            spread -= ${has.classWeights ? "classWeights[v] * " : ""}logProbabilities[row * dims.V + v];
          }
          value = (1.0 - dims.smoothing) * value + dims.smoothing / f32(dims.V) * spread;
        }
      }
      loss[row] = value;
      weight[row] = w;
    }`,
});

const defineNllBackward = (form: RowForm) =>
  defineKernel({
    name: formName("nll_backward", form),
    dims: DIMS,
    scalars: SCALARS,
    options: REDUCTION,
    bindings: {
      targets: read("i32", "R"),
      classWeights: optional(rowArray(form, "read", "V")),
      ...UPSTREAM,
      dLogProbabilities: rowArray(form, "write", "R V"),
    },
    plan: ({ R, V }, limits) => rowPlan(form, R, V, limits),
    cost: ({ R, V }) => ({ flops: R * V, bytes: 4 * R * V + 8 * R }),
    wgsl: (plan, { has, options }) =>
      rowCode(
        plan,
        {
          length: "dims.V",
          loads: has.classWeights ? ["classWeights"] : [],
          store: "dLogProbabilities",
          functions: TARGET_CODE,
        },
        wgsl`
      if (count == 0u) { return; }
      let y = targets[row];
      let counts = isClass(y);
      let at = select(0u, u32(y), counts);
      let s = ${upstream("nllBackward", options.reduction, has.totalWeight)};
      let perClass = s * dims.smoothing / f32(dims.V);
      let own = s * (1.0 - dims.smoothing) * ${has.classWeights ? elementOf(plan, "classWeights", "0u", "at") : "1.0"};
      ${eachQuad(
        plan,
        `let w = ${has.classWeights ? "load_classWeights(0u, q, count)" : "vec4f(1.0)"};
        let hit = select(vec4f(0.0), vec4f(own), 4u * q + vec4u(0u, 1u, 2u, 3u) == vec4u(at));
        store_dLogProbabilities(base, q, count, select(vec4f(0.0), fma(vec4f(-perClass), w, -hit), vec4<bool>(counts)));`,
      )}`,
      ),
  });

/** Backward of `nll`: dq_v = −s·((1 − ε)·w_y·[v = y] + ε/V·w_v), 0 in ignored rows; s as in cross-entropy's backward. */
export const nllBackward = rowKernel(defineNllBackward, OVER_ROWS);
