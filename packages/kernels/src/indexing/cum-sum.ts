import { defineKernel, flatPlan, perCall, read, type ValueOptions, valueType, wgsl, write } from "../core";

export interface CumSumOptions extends ValueOptions {
  /** Whether an element's own value is left out of its sum. */
  readonly exclusive: boolean;
  /** Whether sums run from the end of the axis. */
  readonly reverse: boolean;
}

const defaults: CumSumOptions = { type: "f32", exclusive: false, reverse: false };

/**
 * Running sums along an axis: out[o, n, i] = Σ_{m ≤ n} x[o, m, i], for `exclusive` m < n, for `reverse` from the end.
 * An invocation walks a whole row, so that all its sums are made in order: zeros past its end change no bit. The gradient
 * is the same, of dOut and the other way round.
 */
export const cumSum = defineKernel({
  name: "cum_sum",
  dims: {
    outer: perCall("rows before the axis"),
    N: perCall("elements along the axis"),
    inner: perCall("elements after the axis"),
  },
  options: defaults,
  bindings: { x: read(valueType, "outer N inner"), out: write(valueType, "outer N inner") },
  plan: ({ outer, inner }, limits) => flatPlan(outer * inner, limits),
  cost: ({ outer, N, inner }) => ({ flops: outer * N * inner, bytes: 8 * outer * N * inner }),
  wgsl: (plan, { options: { type, exclusive, reverse } }) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let row = id.x + id.y * ${plan.width}u;
      if (row >= dims.outer * dims.inner) { return; }
      let base = row / dims.inner * dims.N * dims.inner + row % dims.inner;
      var sum = ${type}();
      for (var k = 0u; k < dims.N; k++) {
        let at = base + ${reverse ? "(dims.N - 1u - k)" : "k"} * dims.inner;
        ${exclusive ? "out[at] = sum;" : ""}
        sum += x[at];
        ${exclusive ? "" : "out[at] = sum;"}
      }
    }`,
});
