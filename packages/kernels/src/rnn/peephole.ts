import { defineKernel, flatPlan, optional, read, wgsl, write } from "../core";
import { lstmGates } from "./lstm-cell";
import { scanDims } from "./scan";

/**
 * The part of each row in the gradient of an LSTM's peephole weights, whose sums over the batch are
 *   dP_i = Σ_t da_i·c_{t−1};   dP_f = Σ_t da_f·c_{t−1};   dP_o = Σ_t da_o·c_t
 * Steps within a row's length are added in the order of time, so padding changes no bit.
 */
export const peepholeGradient = defineKernel({
  name: "peephole_gradient",
  dims: scanDims,
  options: { coupled: false },
  bindings: {
    dGates: read("f32", ({ B = 0, T = 0, D = 0, H = 0 }, options) => [B, T, D, H, lstmGates(options)]),
    cells: read("vec2f", "B T D H"),
    lengths: optional(read("u32", "B")), // all rows whole when absent
    parts: write("f32", ({ B = 0, D = 0, H = 0 }, options) => [B, D, H, lstmGates(options) - 1]), // i f o, or i o
  },
  plan: ({ B, D, H }, limits) => flatPlan(B * D * H, limits),
  cost: ({ B, T, D, H }) => ({ flops: 6 * B * T * D * H, bytes: 4 * B * T * D * H * 6 }),
  wgsl: (plan, { options, has }) => {
    const G = lstmGates(options);
    const kinds = Array.from({ length: G - 1 }, (_, n) => ({
      n,
      gate: n < G - 2 ? n : G - 1,
      lane: n < G - 2 ? "x" : "y",
    }));
    return wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let n = id.x + id.y * ${plan.width}u;
      if (n >= dims.B * D * H) { return; }
      let b = n / (D * H);
      ${kinds.map((kind) => `var sum${kind.n} = 0.0;`).join("\n")}
      for (var t = 0u; t < ${has.lengths ? "min(lengths[b], dims.T)" : "dims.T"}; t++) {
        let at = (b * dims.T + t) * D * H + n % (D * H);
        let c = cells[at];
        ${kinds.map(({ n, gate, lane }) => `sum${n} = fma(dGates[${G}u * at + ${gate}u], c.${lane}, sum${n});`).join("\n")}
      }
      ${kinds.map(({ n }) => `parts[${G - 1}u * n + ${n}u] = sum${n};`).join("\n")}
    }`;
  },
});
