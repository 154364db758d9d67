import { defineKernel, flatPlan, perCall, type ValueOptions, valueType, wgsl, write } from "../core";

const defaults: ValueOptions = { type: "u32" };

/** The numbers 0, 1, 2, … of one type. Those of f32 are exact up to 2^24. */
export const iota = defineKernel({
  name: "iota",
  dims: { n: perCall("numbers") },
  options: defaults,
  bindings: { out: write(valueType, "n") },
  plan: ({ n }, limits) => flatPlan(n, limits),
  cost: ({ n }) => ({ flops: 0, bytes: 4 * n }),
  wgsl: (plan, { options: { type } }) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let i = id.x + id.y * ${plan.width}u;
      if (i >= dims.n) { return; }
      out[i] = ${type}(i);
    }`,
});
